/** What comes of a command: always a value, and narrow, so that a switch over it is complete. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { AnyCommand, AnyJointCommand, Rejection } from '../aggregates/index.ts'
import type { Issue, NewEvent, RecordedEvent } from '../events/index.ts'
import type { ExpectedVersion } from '../store/index.ts'

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

/** Others wrote to the stream, and kept doing so; or it is not at the version that the caller expected. */
export interface Conflict {
  readonly status: 'conflict'
  readonly stream: string
  readonly expected: ExpectedVersion
  readonly actual: number
  /** A good time to wait before trying again. */
  readonly retryAfterMs: number
}

/** Something that can be executed. */
export type Executable = AnyCommand | AnyJointCommand

/** What it is executed on: an id, or an id for each part. */
export type TargetOf<Command extends Executable> = Command extends { readonly aggregates: infer Over }
  ? { readonly [Part in keyof Over]: string }
  : string

export type InputOf<Command extends Executable> = StandardSchemaV1.InferInput<Command['schema']>

/** What can come of a command: its own events, its own reasons each with its details. */
export type ResultOf<Command extends Executable> =
  | AcceptedOf<Command, ReturnType<Command['decide']>>
  | RejectedOf<ReturnType<Command['decide']>>
  | Invalid
  | Conflict

/** What can come of any command. */
export type CommandResult =
  | Accepted<RecordedEvent>
  | AcceptedJointly<string, RecordedEvent>
  | Rejected<string, unknown>
  | Invalid
  | Conflict

type AcceptedOf<Command extends Executable, Decision> = Command extends { readonly aggregates: infer Over }
  ? AcceptedJointly<keyof Over & string, EventOf<PartsOf<Decision>>>
  : Accepted<EventOf<Decision>>

/** What is decided for the parts, of any of them. */
type PartsOf<Decision> = Decision extends Rejection | undefined ? never : Decision[keyof Decision]

type EventOf<Decision> = Decision extends readonly (infer Each)[]
  ? EventOf<Each>
  : Decision extends NewEvent<infer Type, infer Data>
    ? RecordedEvent<Type, Data>
    : never

type RejectedOf<Decision> = Decision extends Rejection<infer Reason, infer Details> ? Rejected<Reason, Details> : never
