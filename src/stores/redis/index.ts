/**
 * The event store on Redis 7 or newer: streams, lists and hashes that functions on the server write in one go (./lua).
 * docs/redis.md says what is kept under which key, and what Redis keeps when it stops.
 */
import { ENGINE, importRedis, parseUrl, REDIS_LOSSES, Servers } from '../../redis/index.ts'
import { type EventStore, Lifetime, namingLoss, notDurable } from '../../store/index.ts'
import { namingOpening } from './failures.ts'
import { installLibrary } from './library.ts'
import { findRisks, HOLDER, readPersistence, warnOf } from './persistence.ts'
import { RedisStore } from './redis-store.ts'

export interface RedisOptions {
  /** Refuse a server that may lose an acknowledged append when it stops; it is only warned of when absent. */
  readonly requireDurable?: boolean
}

/**
 * The store on the server, or on the cluster of which it is one, that a `redis://` or `rediss://` URL names.
 * @throws `missing-driver`, `invalid-argument`, `connection-lost`, `access-refused`, `not-supported`,
 * `store-newer`, `migration-needed`, `not-durable`, `store-full`
 */
export async function openRedis(url: string, options: RedisOptions = {}): Promise<EventStore> {
  const servers = new Servers(await importRedis(), parseUrl(url))
  try {
    return await namingLoss(REDIS_LOSSES, () => openOn(servers, options))
  } catch (error) {
    await servers.close()
    throw namingOpening(error)
  }
}

async function openOn(servers: Servers, { requireDurable = false }: RedisOptions): Promise<EventStore> {
  const persistence = await readPersistence(servers)
  const risks = findRisks(persistence)
  if (requireDurable && risks[0] !== undefined) throw notDurable(ENGINE, HOLDER, risks[0])
  await installLibrary(servers)
  for (const risk of risks) warnOf(risk)
  return new RedisStore(
    servers,
    new Lifetime(ENGINE),
    persistence.every(({ appendonly }) => appendonly === 'yes'),
  )
}
