/** Runs the shares of a build, several at a time, and tells how far all of them together have come. */
import type { Generation } from '../../store/index.ts'
import type { Plan } from './plan.ts'
import type { Share } from './share.ts'

/** Folds a share to its end: in this thread, or in another. @throws Unshared, `projection-failed` */
export type RunShare = (share: Share, onProgress: (position: number) => void, signal: AbortSignal) => Promise<void>

export interface Build {
  readonly plan: Plan
  readonly runShare: RunShare
  /** The checkpoint of each share. */
  readonly saved: readonly number[]
  /** How many shares at a time. */
  readonly workers: number
  /** Told of the positions that are folded, of all shares together. */
  readonly onProgress: (positions: number) => void
  readonly signal: AbortSignal
}

/** The first share that fails stops the others. */
export async function buildShares({ plan, saved, runShare, workers, onProgress, signal }: Build): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const reached = [...saved]
  const waiting = reached.map((_, index) => index)
  const runNext = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const own = index
      const progress = (position: number) => {
        reached[own] = position
        onProgress(toFolded(reached))
      }
      await runShare(toShare(plan, own), progress, either)
    }
  }
  const running = Array.from({ length: workers }, () => runNext())
  const results = await Promise.allSettled(
    running.map((each) =>
      each.catch((error) => {
        failed.abort(error)
        throw error
      }),
    ),
  )
  signal.throwIfAborted()
  // The others only ended because of the first.
  if (results.some(({ status }) => status === 'rejected')) throw failed.signal.reason
}

function toShare({ sharing, shares, from, touchedUpTo, upTo }: Plan, index: number): Share {
  return { partition: { index, count: shares }, sharing, from, touchedUpTo, upTo }
}

/** All shares are folded up to the same position: so is the generation. */
export async function joinShares(generation: Generation, { upTo }: Plan): Promise<void> {
  const from = await generation.checkpoint()
  if (from < upTo) await generation.save(new Map(), { from, to: upTo })
}

/** The checkpoint of each share. */
export async function findSaved(generation: Generation, { shares }: Plan): Promise<readonly number[]> {
  const partitions = Array.from({ length: shares }, (_, index) => ({ index, count: shares }))
  return await Promise.all(partitions.map((partition) => generation.checkpoint(partition)))
}

/** Positions that are folded, of all shares together. */
export function toFolded(reached: readonly number[]): number {
  return Math.floor(reached.reduce((sum, each) => sum + each, 0) / reached.length)
}
