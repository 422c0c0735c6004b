/** Rehearses a command on what is given, and folds what it decides, so that a fold that cannot take it fails as well. */
import { type AnyAggregate, fold, isRejection, type Loaded, type Rejection } from '../../aggregates/index.ts'
import { type Executable, type Participant, type Rehearsed, rehearse } from '../../commands/index.ts'
import { encodeEvent, freezeDeep, type Issue, type NewEvent, type RecordedEvent } from '../../events/index.ts'
import { isRecorded, layOut, SOME_TIME } from './recorded.ts'

/** What the rule is told of the world. */
export interface WhenOptions {
  /** The time of the execution; that of the last event given when absent. */
  readonly now?: Date | string
  readonly actor?: string
  readonly commandId?: string
  readonly correlationId?: string
  readonly effectiveAt?: Date | string
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
  | { readonly status: 'rejected'; readonly rejection: Rejection }
  | { readonly status: 'accepted'; readonly parts: readonly JudgedPart[] }

export interface JudgedPart {
  readonly part: string | undefined
  readonly events: readonly NewEvent[]
  readonly stateAfter: unknown
}

/** The same in every run. */
const SOME_CORRELATION = 'some-correlation'

/** @throws what the definitions do: `broken-definition`, `invalid-event`, `unreadable-event`, `invalid-argument` */
export function judge(asking: Asking): Judged | Promise<Judged> {
  const { command, target, input, options } = asking
  const { now, ...given } = options
  const circumstances = { correlationId: given.commandId ?? SOME_CORRELATION, ...given }
  const asked = { command, log: 'main', target, input, options: circumstances }
  const rehearsed = rehearse({ asked, now: toNow(asking), load: (participant) => loadFrom(asking, participant) })
  return rehearsed instanceof Promise
    ? rehearsed.then((result) => toJudged(asking, result))
    : toJudged(asking, rehearsed)
}

function toNow({ command, options, historyOf }: Asking): Date {
  if (options.now !== undefined) return new Date(options.now)
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

function toJudged({ historyOf }: Asking, rehearsed: Rehearsed): Judged {
  if (rehearsed.status === 'invalid') return rehearsed
  const { participants, loaded, decision } = rehearsed
  if (isRejection(decision)) return { status: 'rejected', rejection: decision }
  const parts = participants.map(({ part, definition, stream }, place) => {
    const events = decision[place] ?? []
    for (const [index, event] of events.entries()) encodeEvent(event, index)
    const history = historyOf(part)
    const recorded = layOut([...history, ...events], stream).slice(history.length)
    return { part, events, stateAfter: foldOn(definition, recorded, loaded[place]?.state) }
  })
  return { status: 'accepted', parts }
}

function foldOn(definition: AnyAggregate, events: readonly RecordedEvent[], state: unknown): unknown {
  return fold(definition, events, state)
}
