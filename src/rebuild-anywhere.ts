import { availableParallelism } from 'node:os'
import { type RebuildContext, type RebuildOptions, type Rebuilt, rebuild } from './projections/index.ts'
import type { AnyReadModel } from './readmodels/index.ts'
import type { Reopening } from './reopening.ts'

export interface RebuildPlace extends RebuildContext {
  /** Undefined where no other thread can open the store. */
  readonly reopening: Reopening | undefined
}

/** What one server answers; who has a larger one says so by `workers`. */
const MOST_THREADS = 16

/** In threads, where they can open the store and find the definition; in this one elsewhere. */
export async function rebuildAnywhere(
  { reopening, ...context }: RebuildPlace,
  readModel: AnyReadModel,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { definition } = options
  if (definition === undefined || reopening === undefined) return await rebuild(context, readModel, options)
  const { inThreads } = await import('./rebuild-threads.ts')
  const threads = inThreads({
    ...reopening,
    log: context.log.name,
    readModel,
    definition,
    hasTargets: options.targets !== undefined,
  })
  return await rebuild(
    { ...context, inThreads: threads, cores: Math.min(availableParallelism(), MOST_THREADS) },
    readModel,
    options,
  )
}
