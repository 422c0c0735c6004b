import type { ReadModelTargets } from '../../store/index.ts'

export interface RedisTargetsOptions {
  /** `redis://…` or `rediss://…`, of Redis 7 or newer. */
  readonly url: string
  /** What the names of all keys begin with: `daybook` when absent. */
  readonly prefix?: string
}

export interface RedisTargets extends ReadModelTargets {
  /**
   * Where the live rows of a read model are for other clients: the key of a row is this, with the row's key behind it;
   * its value is the position, a space, and the row as JSON. A rebuild changes it.
   */
  keyPrefixOf(readModel: string, log?: string): Promise<string>
  /** Ends the connection, which is made when it is first needed. It does not keep a process from ending. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
