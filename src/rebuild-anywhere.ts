import { availableParallelism } from 'node:os'
import {
  type AnyProjection,
  type RebuildContext,
  type RebuildOptions,
  type RebuildTablesOptions,
  type Rebuilt,
  type RebuiltTables,
  rebuild,
  rebuildTables,
} from './projections/index.ts'
import type { ThreadsOptions } from './rebuild-threads.ts'
import type { Reopening } from './reopening.ts'
import { type EventStore, isSqlStore } from './store/index.ts'

export interface RebuildPlace extends RebuildContext {
  readonly store: EventStore
  /** Undefined where no other thread can open the store. */
  readonly reopening: Reopening | undefined
}

/** What one server answers; who has a larger one says so by `workers`. */
const MOST_THREADS = 16

/** Read models in threads, where they can open the store and find the definition; all else in this one. */
export async function rebuildAnywhere(
  { store, reopening, ...context }: RebuildPlace,
  projection: AnyProjection,
  options: RebuildOptions & RebuildTablesOptions,
): Promise<Rebuilt | RebuiltTables> {
  if ('kind' in projection) {
    return await rebuildTables({ ...context, store: isSqlStore(store) ? store : undefined }, projection, options)
  }
  const { definition, targets } = options
  if (definition === undefined || reopening === undefined) return await rebuild(context, projection, options)
  const task = {
    ...reopening,
    log: context.log.name,
    readModel: projection,
    definition,
    hasTargets: targets !== undefined,
  }
  return await rebuild({ ...context, ...(await toThreads(task)) }, projection, options)
}

async function toThreads(task: ThreadsOptions): Promise<Pick<RebuildContext, 'inThreads' | 'cores'>> {
  const { inThreads } = await import('./rebuild-threads.ts')
  return { inThreads: inThreads(task), cores: Math.min(availableParallelism(), MOST_THREADS) }
}
