/**
 * A command's way without a store, for tests: the same validation of the input, the same rule held to the same
 * contract, on aggregates that are given. Nothing is loaded and nothing is recorded.
 */
import type { Loaded } from '../aggregates/index.ts'
import { type Validated, validate } from '../events/index.ts'
import { type Decision, decide } from './decide.ts'
import { type Asked, findSharedStream, type Participant, toExecution, toParticipants } from './execution.ts'
import type { Invalid } from './result.ts'

export interface Rehearsal {
  readonly asked: Asked
  /** What the rule is told as the time of the execution. */
  readonly now: Date
  /** The aggregate that plays the part, as the rule is to find it. */
  readonly load: (participant: Participant) => Loaded<unknown>
}

/** What comes of it: what is wrong with the input, or what the rule decides, by participant. */
export type Rehearsed = Invalid | Decided

export interface Decided {
  readonly status: 'decided'
  readonly participants: readonly Participant[]
  readonly loaded: readonly Loaded<unknown>[]
  readonly decision: Decision
}

/**
 * At once, unless the command's schema takes its time.
 * @throws `invalid-argument`, `broken-definition`
 */
export function rehearse(rehearsal: Rehearsal): Rehearsed | Promise<Rehearsed> {
  const { asked } = rehearsal
  const participants = toParticipants(asked)
  const shared = findSharedStream(participants)
  if (shared !== undefined) return { status: 'invalid', issues: [shared] }
  const validated = validate(asked.command.schema, asked.input)
  const proceed = (input: Validated<unknown>) => decideOn(rehearsal, participants, input)
  return validated instanceof Promise ? validated.then(proceed) : proceed(validated)
}

function decideOn(
  { asked, now, load }: Rehearsal,
  participants: readonly Participant[],
  validated: Validated<unknown>,
): Rehearsed {
  if (validated.issues !== undefined) return { status: 'invalid', issues: validated.issues }
  const execution = toExecution(asked, participants, validated.value)
  const loaded = participants.map(load)
  const decision = decide({ ...execution, circumstances: { ...execution.circumstances, now } }, loaded)
  return { status: 'decided', participants, loaded, decision }
}
