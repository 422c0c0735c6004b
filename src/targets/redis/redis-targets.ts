import { Connection } from './connection.ts'
import type { RedisTargets, RedisTargetsOptions } from './options.ts'
import { RedisTarget } from './redis-target.ts'

const DEFAULT_PREFIX = 'daybook'
const DEFAULT_LOG = 'main'

/**
 * Read models in Redis 7 or newer: a key for each row. Needs the package `redis`.
 *
 * @throws `invalid-argument` for a bad URL
 * @example
 * await using targets = redisTargets({ url: 'redis://127.0.0.1:6379' })
 * const projection = await daybook.project(stock, { targets })
 */
export function redisTargets({ url, prefix = DEFAULT_PREFIX }: RedisTargetsOptions): RedisTargets {
  const connection = new Connection(url)
  const open = (log: string, readModel: string) => new RedisTarget(connection, { prefix, log, readModel })
  return {
    isShared: true,
    isTransactional: false,
    open: async (log, readModel) => open(log, readModel),
    keyPrefixOf: (readModel, log = DEFAULT_LOG) => open(log, readModel).keyPrefix(),
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
