import { DaybookError } from '../../errors/index.ts'
import { importRedis, parseUrl, Servers, serversOf } from '../../redis/index.ts'
import { type EventStore, type ReadModelTargets, refuse } from '../../store/index.ts'
import { Connection } from './connection.ts'
import { toPlaceKeys } from './keys.ts'
import type { RedisTargets, RedisTargetsOptions } from './options.ts'
import { type PlaceOptions, RedisTarget } from './redis-target.ts'

const DEFAULT_PREFIX = 'daybook'
const DEFAULT_LOG = 'main'

/**
 * Read models in Redis 7 or newer, one server or a cluster: a key for each row. Needs the package `redis`.
 *
 * @throws `invalid-argument` for a bad URL
 * @example
 * await using targets = redisTargets({ url: 'redis://127.0.0.1:6379' })
 * const projection = await daybook.project(stock, { targets })
 */
export function redisTargets({ url, prefix = DEFAULT_PREFIX }: RedisTargetsOptions): RedisTargets {
  const parsed = parseUrl(url)
  let servers: Promise<Servers> | undefined
  let isClosed = false
  const openServers = () => {
    if (isClosed) throw targetsClosed()
    servers ??= importRedis().then((driver) => new Servers(driver, parsed, { letsProcessEnd: true }))
    return servers
  }
  const close = async () => {
    isClosed = true
    await (await servers?.catch(() => undefined))?.close()
  }
  const open = (log: string, readModel: string) => toTarget(openServers, { prefix, log, readModel })
  return {
    ...SHARED,
    open: async (log, readModel) => open(log, readModel),
    keyPrefixOf: (readModel, log = DEFAULT_LOG) => open(log, readModel).keyPrefix(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/**
 * Read models beside the events of a store on Redis, over its own connections: where they are kept when no target is
 * given.
 *
 * @throws `invalid-argument` for a store on another engine
 */
export function redisTargetsBeside(store: EventStore): ReadModelTargets {
  const servers = serversOf(store) ?? refuse('store', 'is not on Redis')
  const openServers = async () => servers
  return {
    ...SHARED,
    open: async (log, readModel) => toTarget(openServers, { prefix: DEFAULT_PREFIX, log, readModel }),
  }
}

const SHARED = { isShared: true, isTransactional: false }

function toTarget(openServers: () => Promise<Servers>, place: PlaceOptions) {
  const connection = new Connection(openServers, toPlaceKeys(place.prefix, place.log, place.readModel).place)
  return new RedisTarget(connection, place)
}

function targetsClosed(): DaybookError {
  const message = 'The Redis targets are closed. Make them anew to go on.'
  return new DaybookError('closed', message, { what: 'targets' })
}
