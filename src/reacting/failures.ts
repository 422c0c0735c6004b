/** What can be wrong with a reactor, in words; and which of it passes. */
import { DaybookError, isDaybookError, toSentence } from '../errors/index.ts'

export interface FailedEffect {
  readonly reactor: string
  readonly key: string
  /** Undefined when it is the reaction itself that fails. */
  readonly effect: string | undefined
  readonly position: number
  readonly attempts: number
}

/** An effect that has become a dead letter, or is one still. */
export function effectFailed({ effect, ...failed }: FailedEffect, cause: unknown): DaybookError {
  const what = effect === undefined ? 'react to' : `cause ${effect} for`
  const times = failed.attempts === 1 ? 'once' : `${failed.attempts} times`
  const message =
    `The reactor ${failed.reactor} has tried ${times} to ${what} the event at position ${failed.position}, in vain: ` +
    `${toSentence(cause)} It is kept as the dead letter ${failed.key}, and the reactor goes on. Remove the cause and ` +
    'retry it, or drop it.'
  return new DaybookError('effect-failed', message, { ...failed, ...(effect && { effect }) }, { cause })
}

export function timedOut(timeoutMs: number): Error {
  return new Error(`It took longer than ${timeoutMs} ms.`)
}

export interface Overflow {
  readonly reactor: string
  readonly position: number
  readonly deadLetters: number
}

export function reactorFailed({ reactor, position, deadLetters }: Overflow, cause: unknown): DaybookError {
  const message =
    `The reactor ${reactor} stopped before position ${position}: ${toSentence(cause)} It has ${deadLetters} dead letters, ` +
    'and may have no more. Remove the cause, retry or drop them, and start it again.'
  return new DaybookError('reactor-failed', message, { reactor, position }, { cause })
}

export function checkpointAhead(reactor: string, checkpoint: number, head: number): DaybookError {
  const message =
    `The reactor ${reactor} has reacted to everything up to position ${checkpoint}, but its log ends at ${head}: the log ` +
    'was restored, or is another one. Say with `from` where it is to go on.'
  return new DaybookError('checkpoint-ahead', message, { projection: reactor, checkpoint, head })
}

export function nameTaken(reactor: string): DaybookError {
  const message = `A reactor with the name ${reactor} is at work in this process already. Stop it first, or give each a name of its own.`
  return new DaybookError('reactor-name-taken', message, { reactor })
}

/** Somebody has to do something about these: to try again gives the same. */
const FATAL = ['reactor-failed', 'checkpoint-ahead', 'not-supported'] as const

export function isFatal(error: unknown): error is DaybookError {
  return FATAL.some((code) => isDaybookError(error, code))
}
