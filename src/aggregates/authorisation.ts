/**
 * Who may ask for what. A hook says so of one command, or of all commands of a daybook; it is asked when the input has
 * been validated and before anything is loaded. It fails closed: what is neither `undefined` nor a refusal lets nobody in.
 */
import type { JsonOnly, Metadata } from '../events/index.ts'

/** A decision against whoever asks: an expected outcome, and a value. */
export interface Refusal<Reason extends string = string, Details = unknown> {
  readonly refused: true
  readonly reason: Reason
  readonly details: Details
}

/**
 * Refuses whoever asks, for a reason that its caller can tell from others.
 *
 * @param reason Such as `NotTheOwner`.
 * @param details JSON: what the caller may know beside it.
 * @example
 * authorise: ({ actor, input }) => (actor === input.owner ? undefined : unauthorised('NotTheOwner'))
 */
export function unauthorised<const Reason extends string>(reason: Reason): Refusal<Reason, undefined>
export function unauthorised<const Reason extends string, Details>(
  reason: Reason,
  details: Details & JsonOnly<Details>,
): Refusal<Reason, Details>
export function unauthorised(reason: string, details?: unknown): Refusal {
  return { refused: true, reason, details }
}

export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer && answer.refused === true
}

/** What a hook is asked about. */
export interface AuthorisationRequest<Input = unknown, Target = unknown> {
  /** The command's name. */
  readonly command: string
  /** The log that it is to be executed on. */
  readonly log: string
  /** What it is to be executed on: an id, an id for each part, or nothing for a command within boundaries. */
  readonly target: Target
  /** As the command's schema puts it out. */
  readonly input: Input
  /** Who asks; undefined when the caller did not say. */
  readonly actor: string | undefined
  readonly commandId: string | undefined
  /** The caller's own, such as a tenant. */
  readonly metadata: Metadata
  /** The caller's; aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal | undefined
}

/** Asked about every command of a daybook. `undefined` lets them; `unauthorised(…)` does not. */
export type Authorise = (request: AuthorisationRequest) => Refusal | undefined | Promise<Refusal | undefined>

export interface CommandOptions<Input, Target, Answer extends Refusal | undefined> {
  /** May refuse whoever asks, before anything is loaded. It may take its time. */
  authorise?(request: AuthorisationRequest<Input, Target>): Answer | Promise<Answer>
}
