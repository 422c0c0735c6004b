import { ENGINE, type Servers } from '../../redis/index.ts'
import { type Capabilities, type EventLog, type EventStore, type Lifetime, Logs } from '../../store/index.ts'
import { Growth } from './growth.ts'
import { RedisLog } from './redis-log.ts'

export class RedisStore implements EventStore {
  readonly engine = ENGINE
  readonly capabilities: Capabilities
  /** Of read models, too, which are kept beside the events. */
  readonly servers: Servers
  readonly #growth: Growth
  readonly #lifetime: Lifetime
  readonly #logs: Logs
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
    this.#logs = new Logs(this, lifetime, (name) => new RedisLog(name, servers, this.#growth, lifetime))
  }

  log(name: string): EventLog {
    return this.#logs.log(name)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lifetime.close()
    await this.#logs.idle()
    await this.#growth.close()
    await this.servers.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
