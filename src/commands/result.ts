/** What comes of a command: always a value, and narrow, so that a switch over it is complete. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type {
  AnyCommand,
  AnyCommandWithin,
  AnyJointCommand,
  InStream,
  Refusal,
  Rejection,
} from '../aggregates/index.ts'
import type { Issue, NewEvent, RecordedEvent } from '../events/index.ts'
import type { ExpectedVersion } from '../store/index.ts'
import type { ExecuteOptions } from './options.ts'

/** The events of the decision are recorded; there may be none. */
export interface Accepted<Event> extends Recorded<Event> {
  /** Of the stream, with these events. */
  readonly version: number
}

/** The same, of a command over several aggregates. */
export interface AcceptedJointly<Part extends string, Event> extends Recorded<Event> {
  /** Of each part's stream, with these events. */
  readonly versions: Readonly<Record<Part, number>>
}

/** The same, of a command within boundaries. */
export interface AcceptedWithin<Event> extends Recorded<Event> {
  /** Of each stream that has got some of these events, with them. */
  readonly versions: Readonly<Record<string, number>>
}

interface Recorded<Event> {
  readonly status: 'accepted'
  /** Of the last event recorded, or of the last one that the decision was made on: what `projection.reached` takes. */
  readonly position: number
  readonly events: readonly Event[]
  /** The command id had been executed before, and this is what came of it then. */
  readonly repeated: boolean
}

/** The rule decided against it. Nothing was recorded. */
export interface Rejected<Reason extends string, Details> {
  readonly status: 'rejected'
  readonly reason: Reason
  readonly details: Details
  readonly repeated: boolean
}

/** The input is not what the command's schema asks for. Nothing was loaded. */
export interface Invalid {
  readonly status: 'invalid'
  /** All of them. */
  readonly issues: readonly Issue[]
}

/** Whoever asks may not. Nothing was loaded. */
export interface Unauthorised<Reason extends string = string, Details = unknown> {
  readonly status: 'unauthorised'
  /** Whose hook said so: the command's own, whose reasons its type knows. */
  readonly by: 'command'
  readonly reason: Reason
  readonly details: Details
}

/** The same, by the hook of the whole daybook, or by middleware. */
export interface UnauthorisedByDaybook {
  readonly status: 'unauthorised'
  readonly by: 'daybook'
  readonly reason: string
  readonly details: unknown
}

/** Others wrote to the stream, and kept doing so; or it is not at the version that the caller expected. */
export interface Conflict {
  readonly status: 'conflict'
  readonly stream: string
  readonly expected: ExpectedVersion
  readonly actual: number
  /** A good time to wait before trying again. */
  readonly retryAfterMs: number
}

/** Others recorded what a boundary covers, and kept doing so. */
export interface BoundaryConflict {
  readonly status: 'conflict'
  /** The position up to which the last attempt had looked. */
  readonly after: number
  /** Of the event that it had not seen. */
  readonly position: number
  /** A good time to wait before trying again. */
  readonly retryAfterMs: number
}

/** Something that can be executed. */
export type Executable = AnyCommand | AnyJointCommand | AnyCommandWithin

/** What it is executed on: an id, or an id for each part; nothing for a command within boundaries. */
export type TargetOf<Command extends Executable> = Command extends { readonly aggregates: infer Over }
  ? { readonly [Part in keyof Over]: string }
  : Command extends AnyCommandWithin
    ? undefined
    : string

export type InputOf<Command extends Executable> = StandardSchemaV1.InferInput<Command['schema']>

/** What executing takes beside the command. */
export type ArgumentsOf<Command extends Executable> = Command extends AnyCommandWithin
  ? [input: InputOf<Command>, options?: ExecuteOptions<undefined>]
  : [target: TargetOf<Command>, input: InputOf<Command>, options?: ExecuteOptions<TargetOf<Command>>]

/** What can come of a command: its own events, its own reasons each with its details. */
export type ResultOf<Command extends Executable> =
  | AcceptedOf<Command, ReturnType<Command['decide']>>
  | RejectedOf<ReturnType<Command['decide']>>
  | Invalid
  | UnauthorisedOf<AnswerOf<Command>>
  | UnauthorisedByDaybook
  | (Command extends AnyCommandWithin ? BoundaryConflict : Conflict)

/** What can come of any command. */
export type CommandResult =
  | Accepted<RecordedEvent>
  | AcceptedJointly<string, RecordedEvent>
  | Rejected<string, unknown>
  | Invalid
  | Unauthorised
  | UnauthorisedByDaybook
  | Conflict
  | BoundaryConflict

type AcceptedOf<Command extends Executable, Decision> = Command extends { readonly aggregates: infer Over }
  ? AcceptedJointly<keyof Over & string, EventOf<PartsOf<Decision>>>
  : Command extends AnyCommandWithin
    ? AcceptedWithin<EventOf<PlacedOf<Decision>>>
    : Accepted<EventOf<Decision>>

/** What is decided for the parts, of any of them. */
type PartsOf<Decision> = Decision extends Rejection | undefined ? never : Decision[keyof Decision]

/** What is decided for streams, of any of them. */
type PlacedOf<Decision> = Decision extends readonly (infer Each)[]
  ? PlacedOf<Each>
  : Decision extends InStream<infer Event>
    ? Event
    : never

type EventOf<Decision> = Decision extends readonly (infer Each)[]
  ? EventOf<Each>
  : Decision extends NewEvent<infer Type, infer Data>
    ? RecordedEvent<Type, Data>
    : never

type RejectedOf<Decision> = Decision extends Rejection<infer Reason, infer Details> ? Rejected<Reason, Details> : never

type AnswerOf<Command extends Executable> = Awaited<ReturnType<NonNullable<Command['authorise']>>>

type UnauthorisedOf<Answer> =
  Answer extends Refusal<infer Reason, infer Details> ? Unauthorised<Reason, Details> : never
