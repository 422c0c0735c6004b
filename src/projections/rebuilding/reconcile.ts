/**
 * Folds a read model's rows anew from the log and compares them with those that readers see: a sample (a share of all
 * keys, so that rows that are missing are found as well as those that should not be there), or all of them. What has
 * drifted can be put right: a row is written at the very position that it is the fold of, so that it fits in between the
 * events that go on being applied.
 */
import type { AnyReadModel } from '../../readmodels/index.ts'
import { type EventLog, type Generation, type ReadModelTargets, refuse } from '../../store/index.ts'
import { rebuildNeeded } from '../rebuild-needed.ts'
import { compare } from './compare.ts'
import type { RowComparison } from './comparison.ts'
import { repair } from './repair.ts'
import { SampledFold, type UnfoldedKey } from './sampled-fold.ts'
import type { CompareOptions } from './side.ts'

export interface ReconcileOptions {
  /** Where rows are kept, as with `project`. */
  readonly targets?: ReadModelTargets
  /** About how many rows to look at, at most 100,000: 1,000 when absent. `all` reads the log once for each 100,000. */
  readonly sample?: number | 'all'
  /** Which sample of that size: any whole number. One at random when absent. */
  readonly seed?: number
  /** Put right what has drifted. */
  readonly repair?: boolean
  /** How many rows that differ are shown: 10 when absent. */
  readonly sampleSize?: number
  /** Told how far it is. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal?: AbortSignal
}

export interface Reconciled {
  /** Nothing that was looked at has drifted, nothing was left undecided, and every key could be folded. */
  readonly isEqual: boolean
  /** Rows that were looked at, of the live generation and of the fold. */
  readonly rows: number
  /** Rows that are not what the log says. */
  readonly drifted: number
  /** Of those, how many were put right. */
  readonly repaired: number
  /**
   * Keys that are not in quarantine, and of which an event cannot be applied: nobody knows what their rows should be. With
   * more than 100 it is the definition that is broken: `projection-failed`.
   */
  readonly unfolded: readonly UnfoldedKey[]
  /** Gives the same sample again. */
  readonly seed: number
  /** The comparison with the fold, which stands as `built`; one for each pass over the log. */
  readonly comparisons: readonly RowComparison[]
}

export interface ReconcileContext {
  readonly log: EventLog
  readonly targets: ReadModelTargets
}

/** They are held in memory. */
const MAX_ROWS_PER_PASS = 100_000
const DEFAULT_SAMPLE = 1_000
const DEFAULT_SAMPLE_SIZE = 10
const MAX_SEED = 2 ** 31

/** @throws `rebuild-needed` where the live rows are of another definition, `projection-failed`, `invalid-argument` */
export async function reconcile(
  { log, targets }: ReconcileContext,
  readModel: AnyReadModel,
  options: Omit<ReconcileOptions, 'targets'> = {},
): Promise<Reconciled> {
  const { seed = Math.floor(Math.random() * MAX_SEED), sample = DEFAULT_SAMPLE } = options
  assertSample(sample, seed)
  const target = await targets.open(log.name, readModel.name)
  const live = await target.live(readModel.fingerprint)
  if (live.fingerprint !== readModel.fingerprint) throw rebuildNeeded(readModel, live)
  const left = new Set((await live.quarantined()).map(({ key }) => key))
  const passes = await toPasses(live, sample, seed)
  const results: Passed[] = []
  for (const [pass, share] of passes.entries()) {
    const onProgress = ({ done, total }: Progress) => {
      options.onProgress?.({ done: pass * total + done, total: passes.length * total })
    }
    const fold = new SampledFold(log, readModel, share, left)
    results.push(await reconcileShare(live, fold, { ...options, onProgress }))
  }
  return toReconciled(results, seed)
}

type Progress = Parameters<NonNullable<ReconcileOptions['onProgress']>>[0]

function assertSample(sample: number | 'all', seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) refuse('seed', `is ${seed}; give a whole number from 0 on`)
  if (sample === 'all') return
  if (Number.isInteger(sample) && sample >= 1 && sample <= MAX_ROWS_PER_PASS) return
  refuse('sample', `is ${sample}; give 'all', or a whole number from 1 to ${MAX_ROWS_PER_PASS}`)
}

/** The shares of the keys that are looked at. */
async function toPasses(live: Generation, sample: number | 'all', seed: number) {
  const rows = await live.count()
  const size = sample === 'all' ? MAX_ROWS_PER_PASS : sample
  const count = Math.max(1, Math.ceil(rows / size))
  if (sample !== 'all') return [{ index: seed % count, count }]
  return Array.from({ length: count }, (_, index) => ({ index, count }))
}

interface Passed {
  readonly comparison: RowComparison
  readonly drifted: number
  readonly repaired: number
  readonly unfolded: readonly UnfoldedKey[]
}

async function reconcileShare(live: Generation, fold: SampledFold, options: ReconcileOptions): Promise<Passed> {
  const { signal, onProgress } = options
  const drifted: string[] = []
  const comparing: CompareOptions = {
    live,
    built: fold,
    catchUp: () => fold.catchUp(signal, (done, total) => onProgress?.({ done, total })),
    isCompared: (key) => fold.isSampled(key),
    sampleSize: options.sampleSize ?? DEFAULT_SAMPLE_SIZE,
    onDifference: ({ key }) => drifted.push(key),
    signal,
  }
  const comparison = await compare(comparing)
  const repaired = options.repair ? await repair({ live, fold, comparing, keys: drifted }) : 0
  return { comparison, drifted: drifted.length, repaired, unfolded: fold.unfolded }
}

function toReconciled(results: readonly Passed[], seed: number): Reconciled {
  const comparisons = results.map(({ comparison }) => comparison)
  const unfolded = results.flatMap((each) => each.unfolded)
  const sum = (count: (result: Passed) => number) => results.reduce((total, each) => total + count(each), 0)
  return {
    isEqual: unfolded.length === 0 && comparisons.every(({ isEqual }) => isEqual),
    rows: sum(({ comparison: { equal, different, onlyLive, onlyBuilt } }) => equal + different + onlyLive + onlyBuilt),
    drifted: sum(({ drifted }) => drifted),
    repaired: sum(({ repaired }) => repaired),
    unfolded,
    seed,
    comparisons,
  }
}
