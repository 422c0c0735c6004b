/**
 * Where the read models are kept: the catalogue in Elasticsearch and the stock in Redis, where there are such servers;
 * revenue in the database of the events. What there is no server for is kept where the engine of the store keeps it.
 */
import { type Daybook, isSqlStore, type ReadModelTargets } from 'daybook'
import { type ElasticsearchTargets, elasticsearchTargets } from 'daybook/elasticsearch'
import { postgresTargets } from 'daybook/postgres'
import { type RedisTargets, redisTargets } from 'daybook/redis'
import { createClient } from 'redis'
import { catalogue, revenue } from './read-models.ts'

export interface Places extends AsyncDisposable {
  readonly elasticsearch: ElasticsearchTargets | undefined
  readonly redis: RedisTargets | undefined
  readonly postgres: ReadModelTargets | undefined
}

export interface PlaceOptions {
  readonly elasticsearch: string
  readonly redis: string
  /** What names of indices and keys begin with. */
  readonly prefix?: string
}

const PREFIX = 'daybook'
/** A server on this machine answers sooner. */
const PROBE_TIMEOUT_MS = 1_000

/** @param print Told of each server whether it is there. */
export async function findPlaces(shop: Daybook, options: PlaceOptions, print: (line: string) => void): Promise<Places> {
  const { elasticsearch: searchUrl, redis: redisUrl, prefix = PREFIX } = options
  const [hasSearch, hasRedis] = await Promise.all([answersHttp(searchUrl), answersRedis(redisUrl)])
  const engine = isSqlStore(shop.store) || shop.store.engine === 'redis' ? 'the database of the events' : 'memory'
  print(hasSearch ? 'The catalogue is in Elasticsearch.' : `No Elasticsearch: the catalogue is in ${engine}.`)
  print(hasRedis ? 'Stock is in Redis.' : `No Redis: stock is in ${engine}.`)
  print(`Revenue is in ${engine}.`)
  const redis = hasRedis ? redisTargets({ url: redisUrl, prefix }) : undefined
  return {
    elasticsearch: hasSearch ? toSearch(searchUrl, prefix) : undefined,
    redis,
    postgres: isSqlStore(shop.store) ? postgresTargets(shop.store.database, { tables: TABLES }) : undefined,
    [Symbol.asyncDispose]: async () => redis?.close(),
  }
}

/** Columns of their own, for questions in SQL: `select country, sum(revenue) … group by country`. */
const TABLES = {
  [revenue.name]: {
    columns: { customer: 'text', country: 'text', day: 'date', invoices: 'integer', revenue: 'bigint' },
    indexes: ['customer', 'country', 'day'],
  },
} as const

function toSearch(url: string, prefix: string): ElasticsearchTargets {
  const properties = { description: { type: 'text' }, price: { type: 'integer' } }
  return elasticsearchTargets({ url, prefix, mappings: { [catalogue.name]: { properties } } })
}

async function answersHttp(url: string): Promise<boolean> {
  try {
    const { origin } = new URL(url)
    // A server that asks who we are is there, too.
    await fetch(`${origin}/_cluster/health`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
    return true
  } catch {
    return false // Nobody is there.
  }
}

async function answersRedis(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: PROBE_TIMEOUT_MS } })
  client.on('error', () => {}) // The same is thrown by what we wait for.
  try {
    await client.connect()
    return true
  } catch {
    return false // Nobody is there.
  } finally {
    if (client.isOpen) client.destroy()
  }
}
