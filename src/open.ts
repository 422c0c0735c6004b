/** Opens a daybook: finds the engine that a URL names, and loads its adapter, and with it its driver, only then. */
import { assertExecutorOptions, type ExecutorOptions } from './commands/index.ts'
import { LogDaybook } from './daybook.ts'
import type { Daybook, Instruments } from './daybook-interface.ts'
import { DaybookError } from './errors/index.ts'
import type { AnyReadModel, AnySqlProjection } from './readmodels/index.ts'
import type { Reopening } from './reopening.ts'
import { assertReadable, type SchemaReader } from './schema/index.ts'
import { type EventStore, isSqlStore, openMemory, type ReadModelTargets, refuse } from './store/index.ts'

/** A `pg` Pool, or what is like one. */
export interface PostgresPool {
  connect(): Promise<unknown>
}

export interface OpenOptions extends ExecutorOptions {
  /** The log: `main` when absent. */
  readonly log?: string
  /** Migrate a database that holds a store already. An empty one is always migrated. */
  readonly migrate?: boolean
  /** Connections for reads and transactions: 10 when absent. Not for a pool of the caller's own. */
  readonly maxConnections?: number
  /** False for a pooler that hands sessions about between statements. Not for a pool of the caller's own. */
  readonly preparedStatements?: boolean
  /**
   * Refuse a store that may lose an acknowledged append when its server or its machine stops: one in memory or in a
   * `file:`, a PostgreSQL, Redis or NATS that is so set, or does not tell. False when absent.
   */
  readonly requireDurable?: boolean
  /**
   * Projections that every append of this process applies in its own transaction, so that whoever has its answer finds
   * their rows. PostgreSQL and PGlite, and memory; see the guide for the price.
   */
  readonly inline?: readonly (AnyReadModel | AnySqlProjection)[]
  /** How many copies NATS keeps of a log that is made: 1, 3 or 5; 3 in a cluster when absent. */
  readonly replicas?: number
  /** Wraps the ports, as `daybook/telemetry` does. */
  readonly instruments?: Instruments
  /**
   * What the application reads with: aggregates, read models, boundaries, and events beside theirs. What the log holds
   * is compared with them before it is opened, by type and schema version. No event is read for that; PostgreSQL counts
   * what has come since it was last asked, a million events in a second.
   */
  readonly definitions?: readonly SchemaReader[]
}

export const DEFAULT_LOG = 'main'

/**
 * Opens the daybook at a URL, or over a `pg` Pool of the caller's own, which closing leaves open.
 *
 * @param where `memory:`, `file:DIR` (PostgreSQL in this process, one process at a time), `postgres://…`, a Pool,
 * `redis://…` or `rediss://…` (one server, or any of a cluster), `nats://…` or `tls://…` (servers of a NATS cluster).
 * @throws `invalid-argument`, `unknown-engine`, `missing-driver`, `connection-lost`, `access-refused`, `store-locked`, `migration-needed`,
 * `store-newer`, `migration-altered`, `not-durable`, `store-full`, `server-too-old`; `unreadable-log` where `definitions` do not read what it
 * holds
 * @example
 * await using daybook = await open('file:./bank')
 */
export async function open(where: string | PostgresPool, options: OpenOptions = {}): Promise<Daybook> {
  const {
    log = DEFAULT_LOG,
    instruments = {},
    authorise,
    middleware,
    commands,
    definitions,
    inline = [],
    ...engineOptions
  } = options
  const execution = {
    ...(authorise && { authorise }),
    ...(middleware && { middleware }),
    ...(commands && { commands }),
  }
  assertExecutorOptions(execution)
  const store = await openStore(where, engineOptions)
  if (inline.length > 0) await assertMayInline(store)
  const daybooks = new Map<string, LogDaybook>()
  let targets: Promise<ReadModelTargets> | undefined
  const defaultTargets = () => {
    if (targets === undefined && isKeptInMemoryAlone(store)) warnOfMemory(store.engine)
    targets ??= targetsOf(store)
    return targets
  }
  const reopening =
    typeof where === 'string' && store.capabilities.shared ? toReopening(where, engineOptions) : undefined
  const assembly = { store, instruments, execution, inline, daybooks, defaultTargets, ...(reopening && { reopening }) }
  const daybook = new LogDaybook(assembly, log, true)
  daybooks.set(log, daybook)
  if (definitions !== undefined) await assertReadableOrClose(daybook, definitions)
  return daybook
}

async function assertMayInline(store: EventStore): Promise<void> {
  if (isSqlStore(store) || store.engine === 'memory') return
  await store.close()
  const capability = 'inline projections'
  const message = `The engine ${store.engine} does not support ${capability}. Project them with daybook.project.`
  throw new DaybookError('not-supported', message, { engine: store.engine, capability })
}

async function assertReadableOrClose(daybook: Daybook, definitions: readonly SchemaReader[]): Promise<void> {
  try {
    await assertReadable(daybook, definitions)
  } catch (error) {
    await daybook.close()
    throw error
  }
}

type EngineOptions = Omit<OpenOptions, 'log' | 'inline' | 'instruments' | 'definitions' | keyof ExecutorOptions>
type OpenEngine = (url: string, options: EngineOptions) => Promise<EventStore>

const ENGINES: Readonly<Record<string, OpenEngine>> = {
  'memory:': async (_, options) => openMemory(options),
  'file:': async (url, options) => (await import('./stores/postgres/index.ts')).openPglite(url, options),
  'postgres://': openServer,
  'postgresql://': openServer,
  'redis://': openRedisServer,
  'rediss://': openRedisServer,
  'nats://': openNatsServer,
  'tls://': openNatsServer,
}

/** Does it begin as the URL of a store does? */
export function isStoreUrl(text: string): boolean {
  return Object.keys(ENGINES).some((beginning) => text.startsWith(beginning.slice(0, beginning.indexOf(':') + 1)))
}

/** The engine alone. */
export async function openStore(where: string | PostgresPool, options: EngineOptions): Promise<EventStore> {
  if (typeof where !== 'string') return await openServer(where, options)
  const scheme = Object.keys(ENGINES).find((beginning) => where.startsWith(beginning))
  const openEngine = scheme === undefined ? undefined : ENGINES[scheme]
  if (openEngine === undefined) throw unknownEngine(where)
  return await openEngine(where, options)
}

async function openServer(where: string | PostgresPool, options: EngineOptions): Promise<EventStore> {
  const { openPostgres } = await import('./stores/postgres/index.ts')
  if (typeof where !== 'string' && typeof where?.connect !== 'function')
    refuse('where', 'is neither a URL nor a pg Pool')
  // Said by its shape, so that the types of `pg` are only asked of those who use it.
  return await openPostgres(where as Parameters<typeof openPostgres>[0], options)
}

async function openRedisServer(url: string, options: EngineOptions): Promise<EventStore> {
  return await (await import('./stores/redis/index.ts')).openRedis(url, options)
}

async function openNatsServer(url: string, options: EngineOptions): Promise<EventStore> {
  return await (await import('./stores/nats/index.ts')).openNats(url, options)
}

/** Settings alone: what else there may be cannot be handed to a thread, nor is it needed there. */
function toReopening(url: string, options: EngineOptions): Reopening {
  const settings = Object.entries(options).filter(
    ([, value]) => typeof value !== 'object' && typeof value !== 'function',
  )
  return { url, options: Object.fromEntries(settings) }
}

/** Where events outlive the process, and read models without targets do not. */
function isKeptInMemoryAlone(store: EventStore): boolean {
  return store.capabilities.shared && !isSqlStore(store) && store.engine !== 'redis'
}

function warnOfMemory(engine: string): void {
  const message =
    `The engine ${engine} keeps no read models: each process holds its own in memory, and folds them anew from the ` +
    'whole log when it starts. Give targets in PostgreSQL, Redis or Elasticsearch; or memoryTargets() of ' +
    'daybook/memory, if that is meant.'
  process.emitWarning(message, { type: 'DaybookWarning', code: 'DAYBOOK_READ_MODELS_IN_MEMORY' })
}

/** Where an engine keeps read models itself. */
export async function targetsOf(store: EventStore): Promise<ReadModelTargets> {
  if (isSqlStore(store)) return (await import('./targets/postgres/index.ts')).postgresTargets(store.database)
  if (store.engine === 'redis') return (await import('./targets/redis/index.ts')).redisTargetsBeside(store)
  return (await import('./targets/memory/index.ts')).memoryTargets()
}

/** The URL is shown without what may be secret in it. */
function unknownEngine(url: string): DaybookError {
  const known = Object.keys(ENGINES)
  const shown = url.replace(/\/\/[^@/]*@/, '//…@')
  const message = `The URL ${JSON.stringify(shown)} names no engine. It must begin with one of: ${known.join(' ')}`
  return new DaybookError('unknown-engine', message, { url: shown, known })
}
