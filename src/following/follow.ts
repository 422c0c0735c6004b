/**
 * What every follower of a log goes through, whatever it does with the events.
 *
 *     waiting ──lease acquired──▶ at work: catching up, live
 *        ▲                                    │
 *        ├─────────────lease lost─────────────┤
 *     backing off ◀──an error that may pass, or another instance was faster
 *
 *     any of them ──stop──▶ stopped      ──an error that does not pass──▶ failed
 *
 * After whatever happened there is one way on: to begin again from the checkpoint, which is moved by compare-and-set. The
 * lease only keeps instances from doing the same work twice.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type DaybookError, isDaybookError } from '../errors/index.ts'
import type { HeldLease } from './held-lease.ts'
import type { FollowerProgress } from './progress.ts'

export interface Follower {
  readonly progress: FollowerProgress
  readonly lease: FollowerLease
  /** How often one that waits asks for the lease. */
  readonly askEveryMs: number
  /** Works from the checkpoint on, until the signal is aborted, as the lease is lost or it is stopped. */
  lead(signal: AbortSignal): Promise<void>
  /** The checkpoint, that another instance moves. */
  observe(): Promise<number>
  /** Keeps what is worth keeping, when it was stopped. */
  finish(): Promise<void>
  isFatal(error: unknown): error is DaybookError
  /** Told once, when it fails. */
  onFailure(failure: DaybookError): void
}

export type FollowerLease = Pick<HeldLease, 'acquire' | 'isHeld' | 'lost' | 'release' | 'tell'>

/** Another instance has been at work: begin again from the checkpoint. */
export class Superseded extends Error {
  override readonly name = 'Superseded'
}

const FIRST_BACK_OFF_MS = 20
const LONGEST_BACK_OFF_MS = 5_000

/** Resolves when it has failed, or was stopped. Rejects only with what `onFailure` throws. */
export async function follow(follower: Follower, signal: AbortSignal): Promise<void> {
  const failure = await followUntilEnd(follower, signal)
  if (failure === undefined) await follower.finish().catch(() => {})
  follower.progress.end(failure)
  try {
    if (failure !== undefined) follower.onFailure(failure)
  } finally {
    await follower.lease.release()
  }
}

async function followUntilEnd(follower: Follower, signal: AbortSignal): Promise<DaybookError | undefined> {
  const { progress } = follower
  for (let setbacks = 0; !signal.aborted; setbacks++) {
    const begin = progress.checkpoint
    try {
      await leadOnce(follower, signal)
    } catch (error) {
      if (isDaybookError(error, 'closed')) return undefined
      if (follower.isFatal(error)) return error
      if (!(error instanceof Superseded)) progress.suffer(error)
    }
    if (progress.checkpoint > begin) setbacks = 0
    await backOff(progress, setbacks, signal)
  }
  return undefined
}

/** With full jitter: several instances meet with the same setback at the same moment. */
async function backOff(progress: FollowerProgress, setbacks: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  progress.enter('backing off')
  const waitMs = Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** setbacks)
  await delay(waitMs, undefined, { signal }).catch(() => {})
}

/** Until it is stopped, or the lease is lost, or something goes wrong. */
async function leadOnce(follower: Follower, signal: AbortSignal): Promise<void> {
  await untilLeased(follower, signal)
  if (signal.aborted) return
  const reign = AbortSignal.any([signal, follower.lease.lost])
  try {
    await follower.lead(reign)
  } catch (error) {
    // What was broken off for it is no error.
    if (!reign.aborted || follower.isFatal(error)) throw error
  }
}

/** One that waits is there for its readers all the same: it knows how far the other has come. */
async function untilLeased({ lease, progress, askEveryMs, ...follower }: Follower, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await lease.acquire())) {
    progress.enter('waiting')
    progress.move(await follower.observe())
    await delay(askEveryMs * (0.75 + Math.random() / 4), undefined, { signal }).catch(() => {})
  }
}
