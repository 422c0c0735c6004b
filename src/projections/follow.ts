/**
 * Follows the log and keeps the target up to date.
 *
 *     running ──connection lost, or another instance was faster──▶ waiting ──▶ running, from the target's checkpoint
 *        ├──an event cannot be applied──▶ failed
 *        └──stop──▶ stopped
 *
 * Rows and checkpoint move together, and the checkpoint moves only from where the batch began: a batch that was applied
 * already, here or elsewhere, is refused by the target. So after whatever happened there is one way on: to begin again
 * from the target's checkpoint.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError, isDaybookError } from '../errors/index.ts'
import { type RecordedEvent, storedTypes } from '../events/index.ts'
import type { AnyReadModel } from '../readmodels/index.ts'
import type { EventLog, Generation } from '../store/index.ts'
import type { ApplyBatch } from './apply-batch.ts'
import type { Progress } from './progress.ts'

export interface Following {
  readonly log: EventLog
  readonly readModel: AnyReadModel
  readonly generation: Generation
  readonly applyBatch: ApplyBatch
  readonly progress: Progress
  /** Told once, when the projection fails. */
  readonly onFailure: (failure: DaybookError) => void
}

const FIRST_BACK_OFF_MS = 20
const LONGEST_BACK_OFF_MS = 5_000

/** Resolves when the projection has failed, or was stopped. Rejects only with what `onFailure` throws. */
export async function follow(following: Following, signal: AbortSignal): Promise<void> {
  const { progress } = following
  for (let setbacks = 0; !signal.aborted; setbacks++) {
    const begin = progress.checkpoint
    const failure = await followUntilSetback(following, signal)
    if (failure === 'closed') break
    if (failure !== undefined) return fail(following, failure)
    if (progress.checkpoint > begin) setbacks = 0
    await backOff(setbacks, signal)
  }
  await keepProgress(following)
  progress.end()
}

/** What went wrong for good, or undefined. */
async function followUntilSetback(
  following: Following,
  signal: AbortSignal,
): Promise<DaybookError | 'closed' | undefined> {
  const { log, readModel, generation, progress } = following
  const types = storedTypes(readModel.events)
  try {
    progress.beginFrom(await generation.checkpoint())
    for await (const batch of log.tail({ after: progress.checkpoint, types, signal }).batches()) {
      if (!(await apply(following, batch))) return undefined
    }
    return undefined
  } catch (error) {
    if (isDaybookError(error, 'closed')) return 'closed'
    if (isDaybookError(error, 'connection-lost')) return undefined
    return isDaybookError(error, 'projection-failed') ? error : toFailure(following, error)
  }
}

/** False when another instance has applied it. */
async function apply(
  { log, readModel, generation, applyBatch, progress }: Following,
  events: readonly RecordedEvent[],
): Promise<boolean> {
  const from = progress.checkpoint
  const checkpoint = events.at(-1)?.position ?? from
  const { isSaved } = await applyBatch({ log, readModel, generation, events, from, checkpoint })
  if (isSaved) progress.move(checkpoint)
  return isSaved
}

/** What the filter leaves out need not be looked at again by the next start. */
async function keepProgress({ generation, progress }: Following): Promise<void> {
  if (progress.position === progress.checkpoint) return
  try {
    await generation.save(new Map(), { from: progress.checkpoint, to: progress.position })
  } catch {
    // The next start then looks at a few events more.
  }
}

function fail({ progress, onFailure }: Following, failure: DaybookError): void {
  progress.end(failure)
  onFailure(failure)
}

function toFailure({ readModel, progress }: Following, cause: unknown): DaybookError {
  const position = progress.checkpoint
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message =
    `The projection ${readModel.name} stopped at position ${position}: ${reason} ` +
    'What is applied stays. Remove the cause, and start it again.'
  return new DaybookError('projection-failed', message, { projection: readModel.name, position }, { cause })
}

/** With full jitter: several instances meet with the same setback at the same moment. */
async function backOff(setbacks: number, signal: AbortSignal): Promise<void> {
  const waitMs = Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** setbacks)
  await delay(waitMs, undefined, { signal }).catch(() => {})
}
