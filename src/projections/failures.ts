/** What can be wrong with a projection, in words; and which of it passes. */
import { DaybookError, isDaybookError, toSentence } from '../errors/index.ts'

export function checkpointAhead(projection: string, checkpoint: number, head: number): DaybookError {
  const message =
    `The projection ${projection} has applied everything up to position ${checkpoint}, but its log ends at ${head}: ` +
    'the log was restored, or is another one. Restore the target to a time no later than the log’s, or rebuild it.'
  return new DaybookError('checkpoint-ahead', message, { projection, checkpoint, head })
}

export function targetEmptied(projection: string, checkpoint: number): DaybookError {
  const message =
    `The rows of ${projection} are gone, though it had applied everything up to position ${checkpoint}: somebody else ` +
    'deleted them. Restore them, or rebuild the projection.'
  return new DaybookError('target-emptied', message, { projection, checkpoint })
}

export function nameTaken(projection: string): DaybookError {
  const message =
    `Another definition than this one is at work in this process under the name ${projection}. ` +
    'Give each a name of its own, or stop the other first.'
  return new DaybookError('projection-name-taken', message, { projection })
}

export interface Poisoned {
  readonly projection: string
  readonly key: string
  readonly position: number
}

export function keyQuarantined({ projection, key, position }: Poisoned, cause: unknown): DaybookError {
  const message =
    `The projection ${projection} could not apply the event at position ${position} to ${JSON.stringify(key)}: ` +
    `${toSentence(cause)} The key’s events wait from there on, all others go on. Remove the cause and retry the key, ` +
    'or skip the event.'
  return new DaybookError('key-quarantined', message, { projection, key, position }, { cause })
}

export function projectionFailed(projection: string, position: number, cause: unknown): DaybookError {
  const message =
    `The projection ${projection} stopped before position ${position}: ${toSentence(cause)} ` +
    'What is applied stays. Remove the cause, and start it again.'
  return new DaybookError('projection-failed', message, { projection, position }, { cause })
}

/** Somebody has to do something about these: to try again gives the same. */
const FATAL = ['projection-failed', 'checkpoint-ahead', 'target-emptied', 'rebuild-needed', 'not-supported'] as const

export function isFatal(error: unknown): error is DaybookError {
  return FATAL.some((code) => isDaybookError(error, code))
}

/** Of these the event or its row is to blame, and not the target. */
const POISON = ['projection-failed', 'row-refused', 'broken-definition', 'unreadable-event'] as const

export function isPoison(error: unknown): boolean {
  return POISON.some((code) => isDaybookError(error, code)) && !isUnshared(error)
}

/** An event has a key that is not its stream: its key's events may be in another share. */
export class Unshared extends Error {
  override readonly name = 'Unshared'
}

/** No event is to blame, but how the work was shared out. */
export function isUnshared(error: unknown): boolean {
  return error instanceof Unshared || (error instanceof Error && error.cause instanceof Unshared)
}

/** Of these no other attempt makes anything else. */
export function isUnreadable(error: unknown): boolean {
  return isDaybookError(error, 'projection-failed') && isDaybookError(error.cause, 'unreadable-event')
}
