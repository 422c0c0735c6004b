/**
 * Rebuilds a read model as a verified release: beside the live generation, which goes on being read and kept up to date.
 *
 *     planned ──from > 0──▶ taking over ──▶ folding (shares, in parallel) ──▶ catching up ──▶ comparing
 *        ▲                                      │                                                │
 *        └──────a key is not its stream─────────┘               swapped ◀──accepted── built ◀────┘
 *
 * The plan is kept in the lease's note and each share's checkpoint with its rows: whatever happens, and whoever goes on,
 * begins where that was left. What is built is swapped in when it has come as far as the live generation, so that no
 * reader goes back in time; what was live is kept, and can be made live again.
 */
import type { AnyReadModel } from '../../readmodels/index.ts'
import {
  type EventLog,
  type Generation,
  type GenerationInfo,
  type ReadModelTarget,
  type ReadModelTargets,
  refuse,
} from '../../store/index.ts'
import type { ApplyBatch } from '../batch.ts'
import { Unshared } from '../failures.ts'
import { buildShares, findSaved, joinShares, type RunShare, toFolded } from './build.ts'
import { catchUp } from './catch-up.ts'
import { compare } from './compare.ts'
import type { RowComparison } from './comparison.ts'
import { foldShare } from './fold-share.ts'
import { Meter } from './meter.ts'
import type { Plan, RebuildProgress } from './plan.ts'
import { type Planning, planOf, replanByKey } from './planning.ts'
import { type HeldLease, withRebuildLease } from './rebuild-lease.ts'
import { takeOver } from './take-over.ts'

export interface RebuildOptions {
  /** Where rows are kept, as with `project`. */
  readonly targets?: ReadModelTargets
  /**
   * Fold anew only the keys that an event after this position has touched, each from its first event, and take over the
   * other rows as they are: the result is the same, if those are right. 0 when absent: everything.
   */
  readonly from?: number
  /**
   * Shares that are folded at once, from 1 to 64, where each key is its event's own stream. When absent, one for each core
   * with a `definition`, else 2. Keys that are computed are folded by one.
   */
  readonly workers?: number
  /**
   * Where threads find the read model: then shares are folded on as many cores. Only for stores that several processes may
   * open, by a URL. Without it all shares are folded in this thread.
   */
  readonly definition?: DefinitionModule
  /** Build and compare, and swap nothing. What is built stays: the next rebuild goes on from it, and swaps. */
  readonly verifyOnly?: boolean
  /** Decides by the comparison whether to swap. Always, when absent. */
  readonly accept?: (comparison: RowComparison) => boolean | Promise<boolean>
  /** Keys of which an event cannot be applied wait in quarantine; more than this fail the rebuild: 100 when absent. */
  readonly maxQuarantinedKeys?: number
  /** How many rows that differ are shown: 10 when absent. */
  readonly sampleSize?: number
  /** Told some ten times a second how far it is. */
  readonly onProgress?: (progress: RebuildProgress) => void
  /** Stops it; the next rebuild goes on where it was. */
  readonly signal?: AbortSignal
}

/**
 * A module, as `import` finds it, that exports a read model, `{ readModel, targets }`, or a `daybook.config`; one of the
 * last two where `targets` are given to the rebuild.
 */
export interface DefinitionModule {
  readonly module: string | URL
  /** `default` when absent. */
  readonly export?: string
}

export interface Rebuilt {
  /** `refused`: `accept` said no. Then, and when `verified`, the live rows are what they were. */
  readonly status: 'swapped' | 'verified' | 'refused'
  readonly generation: number
  /** Up to which it was folded. */
  readonly position: number
  /** Keys of which an event could not be applied: they wait in quarantine. */
  readonly quarantined: number
  /** It went on from an earlier attempt. */
  readonly resumed: boolean
  /** Undefined where nothing was live. */
  readonly comparison?: RowComparison
}

export interface RebuildContext {
  readonly log: EventLog
  readonly targets: ReadModelTargets
  readonly applyBatch: ApplyBatch
  /** How shares of a generation are run in other threads. */
  readonly inThreads?: RebuildThreads
  /** How many threads there are cores for. */
  readonly cores?: number
}

export type RebuildThreads = (generation: number, maxQuarantinedKeys: number) => RunShare

const DEFAULT_SAMPLE_SIZE = 10
const DEFAULT_MAX_QUARANTINED_KEYS = 100
/** Each has a connection of its own for as long as it reads or writes. */
const MAX_WORKERS = 64

/** @throws `rebuild-under-way`, `rebuild-needed`, `projection-failed` */
export async function rebuild(
  context: RebuildContext,
  readModel: AnyReadModel,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { from = 0, workers } = options
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1 && workers <= MAX_WORKERS)) {
    refuse('workers', `is ${workers}; give a whole number from 1 to ${MAX_WORKERS}`)
  }
  const target = await context.targets.open(context.log.name, readModel.name)
  return await withRebuildLease(context.log.leases, readModel.name, options.signal, async (held) => {
    const meter = new Meter((progress) => {
      held.keep({ plan: work.plan, progress })
      options.onProgress?.(progress)
    })
    const planning: Planning = {
      ...context,
      readModel,
      target,
      from,
      note: held.note,
      ...(workers !== undefined && { workers }),
    }
    const { plan, resumed } = await planOf(planning)
    const work: Work = { ...context, readModel, target, held, meter, plan, options }
    const generation = await build(work, planning)
    const released = await release(work, generation)
    const quarantined = (await generation.quarantined()).length
    return { ...released, generation: generation.id, quarantined, resumed }
  })
}

interface Work extends RebuildContext {
  readonly readModel: AnyReadModel
  readonly target: ReadModelTarget
  readonly held: HeldLease
  readonly meter: Meter
  readonly options: RebuildOptions
  plan: Plan
}

/** Folds what was there when it was planned. */
async function build(work: Work, planning: Planning): Promise<Generation> {
  const { target, held, meter } = work
  await held.write({ plan: work.plan, progress: meter.progress })
  if (work.plan.from > 0 && work.plan.touchedUpTo === 0) await takeOverRows(work)
  const generation = await target.generation(work.plan.generation)
  try {
    await foldShares(work, generation)
  } catch (error) {
    if (!(error instanceof Unshared)) throw error
    work.plan = await replanByKey(planning, work.plan)
    return await build(work, planning)
  }
  await joinShares(generation, work.plan)
  return generation
}

async function takeOverRows(work: Work): Promise<void> {
  const { target, held, meter, plan, readModel } = work
  const live = await target.live(readModel.fingerprint)
  const generation = await target.generation(plan.generation)
  meter.begin('taking over', await live.count())
  await takeOver({ live, generation, from: plan.from, signal: held.signal, onProgress: (rows) => meter.update(rows) })
  // What an event after it touches was there when it was looked at, or is found by that event.
  work.plan = { ...plan, touchedUpTo: await live.checkpoint() }
  await held.write({ plan: work.plan, progress: meter.progress })
}

async function foldShares(work: Work, generation: Generation): Promise<void> {
  const { log, readModel, plan, held, meter } = work
  const { maxQuarantinedKeys = DEFAULT_MAX_QUARANTINED_KEYS } = work.options
  const runShare: RunShare =
    work.inThreads?.(generation.id, maxQuarantinedKeys) ??
    ((share, onProgress, signal) =>
      foldShare({ log, readModel, generation, share, maxQuarantinedKeys, onProgress, signal }))
  const saved = await findSaved(generation, plan)
  meter.begin('folding', plan.upTo, toFolded(saved))
  const onProgress = (positions: number) => meter.update(positions)
  await buildShares({
    plan,
    saved,
    runShare,
    workers: work.options.workers ?? plan.shares,
    onProgress,
    signal: held.signal,
  })
}

/** Catches up, compares, and swaps. */
async function release(
  work: Work,
  generation: Generation,
): Promise<Omit<Rebuilt, 'generation' | 'quarantined' | 'resumed'>> {
  const { held, meter, options } = work
  meter.begin('catching up', await work.log.head(), await generation.checkpoint())
  await advance(work, generation)
  const comparison = await compareWithLive(work, generation)
  const found = comparison === undefined ? {} : { comparison }
  const position = await generation.checkpoint()
  if (options.verifyOnly) return { status: 'verified', position, ...found }
  const { accept = () => true } = options
  const isAccepted = comparison === undefined || (await accept(comparison))
  if (!isAccepted) return { status: 'refused', position, ...found }
  const swappedAt = await swap(work, generation)
  held.keep({ progress: { ...meter.progress, phase: 'swapped' } })
  return { status: 'swapped', position: swappedAt, ...found }
}

/** Until it has come as far as the live one, which goes on meanwhile; gives the position of the swap. */
async function swap(work: Work, generation: Generation): Promise<number> {
  const { log, target, held } = work
  for (;;) {
    held.signal.throwIfAborted()
    const position = await advance(work, generation)
    const live = await findLive(target)
    // A log that was restored may end before what was live: then readers go back no further than the log did.
    const evenBehind = live !== undefined && live.checkpoint > (await log.head())
    let swappedAt = position
    const catchUp = async () => {
      swappedAt = await advance(work, generation)
    }
    if (await target.promote(generation.id, { evenBehind, catchUp })) return swappedAt
  }
}

async function findLive(target: ReadModelTarget): Promise<GenerationInfo | undefined> {
  return (await target.generations()).find(({ state }) => state === 'live')
}

async function advance(work: Work, generation: Generation): Promise<number> {
  const { log, readModel, applyBatch, held, meter } = work
  const { maxQuarantinedKeys = DEFAULT_MAX_QUARANTINED_KEYS } = work.options
  const onProgress = (position: number, head: number) => {
    if (meter.progress.phase === 'catching up') meter.update(position, head)
  }
  return await catchUp({
    log,
    readModel,
    generation,
    applyBatch,
    maxQuarantinedKeys,
    signal: held.signal,
    onProgress,
  })
}

async function compareWithLive(work: Work, built: Generation): Promise<RowComparison | undefined> {
  const { target, held, meter, options } = work
  const info = await findLive(target)
  if (info === undefined) return undefined
  const live = await target.generation(info.id)
  meter.begin('comparing', Math.max(await live.count(), await built.count()))
  return await compare({
    live,
    built,
    catchUp: async () => {
      await advance(work, built)
    },
    sampleSize: options.sampleSize ?? DEFAULT_SAMPLE_SIZE,
    onProgress: (rows) => meter.update(rows),
    signal: held.signal,
  })
}
