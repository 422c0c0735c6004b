/** Rehearses a command on what is given, and folds what it decides, so that a fold that cannot take it fails as well. */
import {
  type AnyAggregate,
  type AnyBoundaryOf,
  fold,
  type InStream,
  isRejection,
  type Loaded,
} from '../../aggregates/index.ts'
import {
  type Decided,
  type DecidedWithin,
  type Executable,
  type Participant,
  type Rehearsed,
  rehearse,
} from '../../commands/index.ts'
import {
  encodeEvent,
  freezeDeep,
  type Issue,
  type Metadata,
  type NewEvent,
  type RecordedEvent,
  storedTypes,
} from '../../events/index.ts'
import { isRecorded, layOut, placeIn, SOME_TIME, toTime } from './recorded.ts'

/** What the rule is told of the world. */
export interface WhenOptions {
  /** The time of the execution; that of the last event given when absent. */
  readonly now?: Date | string
  readonly actor?: string
  readonly commandId?: string
  readonly correlationId?: string
  readonly effectiveAt?: Date | string
  /** The caller's own, such as a tenant: for the command's hook. */
  readonly metadata?: Metadata
}

/** Events that a stream holds already. */
export type History = readonly (NewEvent | RecordedEvent)[]

export interface Asking {
  readonly command: Executable
  readonly target: unknown
  readonly input: unknown
  readonly options: WhenOptions
  /** The history of the aggregate that plays the part: undefined in a command over one. */
  readonly historyOf: (part: string | undefined) => History
}

/** What came of a command, as expectations look at it. */
export type Judged =
  | { readonly status: 'invalid'; readonly issues: readonly Issue[] }
  | { readonly status: 'unauthorised'; readonly reason: string; readonly details: unknown }
  | { readonly status: 'rejected'; readonly reason: string; readonly details: unknown }
  | JudgedAccepted

export interface JudgedAccepted {
  readonly status: 'accepted'
  /** By part, or by stream within boundaries; a command over one aggregate has the part undefined. */
  readonly events: EventsByPart
  /** By part. */
  readonly states: ReadonlyMap<string | undefined, unknown>
}

export type EventsByPart = ReadonlyMap<string | undefined, readonly NewEvent[]>

/** The same in every run. */
const SOME_CORRELATION = 'some-correlation'

/** @throws what the definitions do: `broken-definition`, `invalid-event`, `unreadable-event`, `invalid-argument` */
export function judge(asking: Asking): Judged | Promise<Judged> {
  const { command, target, input, options } = asking
  const { now, ...given } = options
  const circumstances = { correlationId: given.commandId ?? SOME_CORRELATION, ...given }
  const asked = { command, log: 'main', target, input, options: circumstances }
  const load = (participant: Participant) => loadFrom(asking, participant)
  const look = (boundary: AnyBoundaryOf) => freezeDeep(lookAt(boundary, asking.historyOf(undefined)))
  const rehearsed = rehearse({ asked, now: toNow(asking), load, look })
  return rehearsed instanceof Promise
    ? rehearsed.then((result) => toJudged(asking, result))
    : toJudged(asking, rehearsed)
}

function toNow({ command, options, historyOf }: Asking): Date {
  if (options.now !== undefined) return toTime('now', options.now)
  const parts = 'aggregates' in command ? Object.keys(command.aggregates) : [undefined]
  const times = parts.flatMap(historyOf).map((event) => (isRecorded(event) ? event.recordedAt.getTime() : 0))
  return new Date(Math.max(SOME_TIME.getTime(), ...times))
}

function loadFrom({ historyOf }: Asking, { part, definition, stream }: Participant): Loaded<unknown> {
  const events = layOut(historyOf(part), stream)
  const { version, position } = events.at(-1) ?? { version: 0, position: 0 }
  // Frozen as in the real thing: a rule that changes the state in place must fail.
  return { state: freezeDeep(fold(definition, events)), version, position, snapshotVersion: 0 }
}

/** What the boundary covers of the events, folded. */
function lookAt({ boundary, tags }: AnyBoundaryOf, history: History): unknown {
  const types = new Set(storedTypes(boundary.events))
  const covered = layOut(history).filter(
    (event) => types.has(event.type) && tags.every((tag) => event.tags.includes(tag)),
  )
  return covered.reduce<unknown>((state, event) => boundary.apply(state, event), boundary.initial)
}

function toJudged(asking: Asking, rehearsed: Rehearsed): Judged {
  if (rehearsed.status === 'invalid' || rehearsed.status === 'unauthorised') return rehearsed
  const { decision } = rehearsed
  if (isRejection(decision)) return { status: 'rejected', reason: decision.reason, details: decision.details }
  const accepted =
    rehearsed.status === 'decided'
      ? toAccepted(asking, rehearsed, decision as readonly (readonly NewEvent[])[])
      : toAcceptedWithin(asking, rehearsed, decision as readonly InStream[])
  for (const [index, event] of [...accepted.events.values()].flat().entries()) encodeEvent(event, index)
  return accepted
}

function toAccepted(
  { historyOf }: Asking,
  { participants, loaded }: Decided,
  decision: readonly (readonly NewEvent[])[],
): JudgedAccepted {
  const states = participants.map(({ part, definition, stream }, place) => {
    const history = historyOf(part)
    const recorded = layOut([...history, ...(decision[place] ?? [])], stream).slice(history.length)
    const before: unknown = loaded[place]?.state
    return [part, fold<AnyAggregate>(definition, recorded, before)] as const
  })
  const events = participants.map(({ part }, place) => [part, decision[place] ?? []] as const)
  return { status: 'accepted', events: new Map(events), states: new Map(states) }
}

function toAcceptedWithin(
  { historyOf }: Asking,
  { boundaries }: DecidedWithin,
  decision: readonly InStream[],
): JudgedAccepted {
  const after = [...historyOf(undefined), ...decision.flatMap(placeIn)]
  const states = boundaries.map(([part, boundary]) => [part, lookAt(boundary, after)] as const)
  const events = decision.map((placed) => [placed.stream, placed.events] as const)
  return { status: 'accepted', events: new Map(events), states: new Map(states) }
}
