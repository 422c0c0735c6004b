/**
 * A command's way without a store, for tests: the same validation of the input, the same hook, the same rule held to the
 * same contract, on what is given. Nothing is loaded and nothing is recorded.
 */
import type { AnyBoundaryOf, Loaded, Rejection } from '../aggregates/index.ts'
import { validate } from '../events/index.ts'
import { askCommand } from './authorise.ts'
import { type Decision, decide } from './decide.ts'
import { decideWithin, type Placed } from './decide-within.ts'
import {
  type Asked,
  type Execution,
  findSharedStream,
  isWithin,
  type Participant,
  toExecution,
  toParticipants,
} from './execution.ts'
import type { Invalid, Unauthorised } from './result.ts'
import { askWhich } from './within-boundaries.ts'

export interface Rehearsal {
  readonly asked: Asked
  /** What the rule is told as the time of the execution. */
  readonly now: Date
  /** The aggregate that plays the part, as the rule is to find it. */
  readonly load: (participant: Participant) => Loaded<unknown>
  /** The state of the boundary, as the rule is to find it. */
  readonly look: (boundary: AnyBoundaryOf) => unknown
}

/** What comes of it: what is wrong with the input, why whoever asks may not, or what the rule decides. */
export type Rehearsed = Invalid | Unauthorised | Decided | DecidedWithin

/** By participant. */
export interface Decided {
  readonly status: 'decided'
  readonly participants: readonly Participant[]
  readonly loaded: readonly Loaded<unknown>[]
  readonly decision: Decision
}

export interface DecidedWithin {
  readonly status: 'decided-within'
  /** Each with its part and the state that the rule has found. */
  readonly boundaries: readonly (readonly [part: string, boundary: AnyBoundaryOf, state: unknown])[]
  readonly decision: Rejection | Placed
}

/**
 * At once, unless the command's schema or its hook takes its time.
 * @throws `invalid-argument`, `broken-definition`
 */
export function rehearse(rehearsal: Rehearsal): Rehearsed | Promise<Rehearsed> {
  const { asked, now } = rehearsal
  const participants = toParticipants(asked)
  const shared = findSharedStream(participants)
  if (shared !== undefined) return { status: 'invalid', issues: [shared] }
  return after(validate(asked.command.schema, asked.input), (validated) => {
    if (validated.issues !== undefined) return { status: 'invalid', issues: validated.issues }
    const { circumstances, ...rest } = toExecution(asked, participants, validated.value)
    const execution = { ...rest, circumstances: { ...circumstances, now } }
    return after(askCommand(asked.log, execution), (refused) => refused ?? decideOn(rehearsal, execution))
  })
}

function decideOn({ load, look }: Rehearsal, execution: Execution): Decided | DecidedWithin {
  if (isWithin(execution)) {
    const byPart = askWhich(execution)
    const boundaries = Object.entries(byPart).map(([part, boundary]) => [part, boundary, look(boundary)] as const)
    const seen = boundaries.map(([, , state]) => ({ state, upTo: 0, position: 0 }))
    return { status: 'decided-within', boundaries, decision: decideWithin(execution, byPart, seen) }
  }
  const { participants } = execution
  const loaded = participants.map(load)
  return { status: 'decided', participants, loaded, decision: decide(execution, loaded) }
}

/** At once, where the value is there at once. */
function after<T, Next>(value: T | Promise<T>, next: (value: T) => Next | Promise<Next>): Next | Promise<Next> {
  return value instanceof Promise ? value.then(next) : next(value)
}
