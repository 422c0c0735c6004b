/** The Redis servers of a run: our own, each with nothing in it, or with a history that is filled in once. */
import { open } from '#daybook'
import { type RedisServer, startRedis } from '../test/support/redis-server.ts'
import { history } from './events.ts'

/** The same for all sides: what is acknowledged is on disk. */
export const REDIS_SETTINGS = { appendonly: 'yes', appendfsync: 'always' }

export class RedisServers {
  readonly #onFilling: (events: number, of: number) => void
  readonly #filled = new Map<number, Promise<RedisServer>>()

  /** `onFilling` is told how far the filling of a log has come. */
  constructor(onFilling: (events: number, of: number) => void) {
    this.#onFilling = onFilling
  }

  /** For one measurement, which closes it. */
  empty(): Promise<RedisServer> {
    return startRedis({ settings: REDIS_SETTINGS })
  }

  /** With a history of so many events in the daybook: made once, for all who only read it. */
  filled(events: number): Promise<RedisServer> {
    const filled = this.#filled.get(events) ?? this.#fill(events)
    this.#filled.set(events, filled)
    return filled
  }

  async #fill(events: number): Promise<RedisServer> {
    const server = await this.empty()
    const daybook = await open(server.url)
    await daybook.import(history(events), { onProgress: (imported) => this.#onFilling(imported, events) })
    await daybook.close()
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#filled.values()) await (await server).close()
  }
}
