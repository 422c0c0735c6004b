import { REDIS_LOSSES, type Servers } from '../../redis/index.ts'
import { type Lifetime, retrying } from '../../store/index.ts'
import { namingRefusal } from './failures.ts'
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

  /** A function that only reads, again where the connection is lost. @throws `connection-lost`, `access-refused` */
  read(call: FunctionCall): Promise<unknown> {
    return this.#retrying(() => callFunction(this.servers, 'reads', call))
  }

  /** A function that may be called twice. @throws `connection-lost`, `access-refused`, `store-full` */
  write(call: FunctionCall): Promise<unknown> {
    return this.#retrying(() => callFunction(this.servers, 'appends', call))
  }

  /** A command of Redis that only reads. @throws `connection-lost`, `access-refused` */
  async command(key: string, command: readonly string[]): Promise<unknown> {
    try {
      return await this.#retrying(() => this.servers.send('reads', key, command))
    } catch (error) {
      throw namingRefusal(error)
    }
  }

  #retrying<T>(work: () => Promise<T>): Promise<T> {
    return retrying(REDIS_LOSSES, work, this.#closing)
  }
}
