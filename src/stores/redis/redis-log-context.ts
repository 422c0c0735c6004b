import { REDIS_LOSSES, type Servers } from '../../redis/index.ts'
import { type Lifetime, retrying } from '../../store/index.ts'
import { callFunction, type FunctionCall } from './library.ts'

/** What everything of one log works with. */
export class RedisLogContext {
  readonly log: string
  readonly servers: Servers
  readonly lifetime: Lifetime
  readonly #closing: AbortSignal

  constructor(log: string, servers: Servers, lifetime: Lifetime) {
    this.log = log
    this.servers = servers
    this.lifetime = lifetime
    this.#closing = lifetime.until(undefined)
  }

  /** A function that only reads, again where the connection is lost. @throws `connection-lost` */
  read(call: FunctionCall): Promise<unknown> {
    return this.#retrying(() => callFunction(this.servers, 'reads', call))
  }

  /** A function that may be called twice. @throws `connection-lost`, `store-full` */
  write(call: FunctionCall): Promise<unknown> {
    return this.#retrying(() => callFunction(this.servers, 'appends', call))
  }

  /** A command of Redis that only reads. @throws `connection-lost` */
  command(key: string, command: readonly string[]): Promise<unknown> {
    return this.#retrying(() => this.servers.send('reads', key, command))
  }

  #retrying<T>(work: () => Promise<T>): Promise<T> {
    return retrying(REDIS_LOSSES, work, this.#closing)
  }
}
