import { ENGINE, type Servers } from '../../redis/index.ts'
import { assertLogName, type Capabilities, type EventStore, type Lifetime } from '../../store/index.ts'
import { Growth } from './growth.ts'
import { RedisLog } from './redis-log.ts'

export class RedisStore implements EventStore {
  readonly engine = ENGINE
  readonly capabilities: Capabilities
  /** Of read models, too, which are kept beside the events. */
  readonly servers: Servers
  readonly #growth: Growth
  readonly #lifetime: Lifetime
  readonly #logs = new Map<string, RedisLog>()
  #closing: Promise<void> | undefined

  /** @param durable Whether the server keeps a file of what it acknowledges. */
  constructor(servers: Servers, lifetime: Lifetime, durable: boolean) {
    this.servers = servers
    this.#lifetime = lifetime
    this.#growth = new Growth(servers, lifetime.wakeups)
    this.capabilities = {
      gaplessPositions: true,
      joinsTransactions: false,
      durable,
      shared: true,
      multiStream: true,
      largeAppends: true,
      uniqueEventIds: true,
      importsFuture: true,
    }
  }

  log(name: string): RedisLog {
    assertLogName(name)
    const log = this.#logs.get(name) ?? new RedisLog(name, this.servers, this.#growth, this.#lifetime)
    this.#logs.set(name, log)
    return log
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lifetime.close()
    await Promise.all([...this.#logs.values()].map((log) => log.idle()))
    await this.#growth.close()
    await this.servers.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
