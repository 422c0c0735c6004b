import type { JsonOnly } from '../events/index.ts'

/** A decision against the command: an expected outcome, and a value. */
export interface Rejection<Reason extends string = string, Details = unknown> {
  readonly rejected: true
  readonly reason: Reason
  readonly details: Details
}

/**
 * Rejects a command, for a reason that its caller can tell from others.
 *
 * @param reason Such as `InsufficientFunds`.
 * @param details JSON: what the caller may want to know beside it.
 * @example
 * if (account.balance < input.amount) return reject('InsufficientFunds', { balance: account.balance })
 */
export function reject<const Reason extends string>(reason: Reason): Rejection<Reason, undefined>
export function reject<const Reason extends string, Details>(
  reason: Reason,
  details: Details & JsonOnly<Details>,
): Rejection<Reason, Details>
export function reject(reason: string, details?: unknown): Rejection {
  made = reason
  return { rejected: true, reason, details }
}

/** The reason of the last rejection that was made since somebody began to watch. */
let made: string | undefined

/**
 * What a rule gives, and the reason of a rejection that it made meanwhile: `reject(…)` without a `return` compiles, and
 * would let happen what it was to prevent. Rules do not wait, so nobody else's rejections come between.
 */
export function watchRejections<T>(rule: () => T): { readonly given: T; readonly made: string | undefined } {
  made = undefined
  const given = rule()
  return { given, made }
}

export function isRejection(decision: unknown): decision is Rejection {
  return typeof decision === 'object' && decision !== null && 'rejected' in decision && decision.rejected === true
}
