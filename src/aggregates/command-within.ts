/** Commands within boundaries: decided on what carries some tags, and recorded in whichever streams the rule says. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Frozen, joinStreamName, type NewEvent, type NewOf } from '../events/index.ts'
import type { AnyAggregate } from './any-aggregate.ts'
import type { CommandOptions, Refusal } from './authorisation.ts'
import type { AnyBoundaryOf } from './boundary.ts'
import type { CommandCircumstances } from './command.ts'
import type { Rejection } from './rejection.ts'

/** Boundaries, by the part that each plays in a command. */
export type Within = Readonly<Record<string, AnyBoundaryOf>>

export type StatesWithin<Over extends Within> = {
  readonly [Part in keyof Over]: Frozen<Over[Part]['boundary']['initial']>
}

/** Events for one stream. */
export interface InStream<Event extends NewEvent = NewEvent> {
  readonly stream: string
  readonly events: readonly Event[]
}

/** Events for one stream of an aggregate. */
export interface InStreamOf<Event extends NewEvent = NewEvent> extends InStream<Event> {
  readonly aggregate: AnyAggregate
}

type Owned<Over extends Within> = NewOf<Over[keyof Over]['boundary']['events'][number]>
type ForAStream<Over extends Within> = InStream<Owned<Over>> | InStreamOf

/** What a rule within boundaries may decide: events for one stream, for several, nothing, or a rejection. */
export type DecidedWithin<Over extends Within> = ForAStream<Over> | readonly ForAStream<Over>[] | Rejection | undefined

/** A request that is decided within boundaries. */
export interface CommandWithin<
  Schema extends StandardSchemaV1,
  Over extends Within,
  Decision,
  Answer extends Refusal | undefined = undefined,
> extends CommandOptions<StandardSchemaV1.InferOutput<Schema>, undefined, Answer> {
  readonly name: string
  readonly schema: Schema
  within(input: StandardSchemaV1.InferOutput<Schema>): Over
  decide(
    states: StatesWithin<Over>,
    input: StandardSchemaV1.InferOutput<Schema>,
    circumstances: CommandCircumstances,
  ): Decision
}

export type AnyCommandWithin = CommandWithin<StandardSchemaV1, Within, unknown, Refusal | undefined>

/**
 * Defines a request that is decided within boundaries: its events are recorded only if nothing that the boundaries cover
 * was recorded since the rule has looked.
 *
 * @param within The boundaries, from the input, by the part that each plays.
 * @param decide The rule: from the states to `inStream(…)`, several of them, nothing, or `reject(…)`. It is pure.
 * @example
 * const enrol = commandWithin('Enrol', z.object({ course: z.string(), student: z.string() }),
 *   ({ course, student }) => ({ seats: SeatsOf(course), load: LoadOf(student) }),
 *   ({ seats, load }, { course, student }) => {
 *     if (seats.taken >= seats.capacity) return reject('CourseIsFull', { capacity: seats.capacity })
 *     if (load.courses >= 5) return reject('TooManyCourses')
 *     return inStream(`student-${student}`, StudentEnrolled({ course, student }))
 *   })
 * await daybook.execute(enrol, { course: 'databases', student: 'S7' })
 */
export function commandWithin<
  Schema extends StandardSchemaV1,
  Over extends Within,
  Decision extends DecidedWithin<Over>,
  Answer extends Refusal | undefined = undefined,
>(
  name: string,
  schema: Schema,
  within: (input: StandardSchemaV1.InferOutput<Schema>) => Over,
  decide: (
    states: StatesWithin<Over>,
    input: StandardSchemaV1.InferOutput<Schema>,
    circumstances: CommandCircumstances,
  ) => Decision,
  options: CommandOptions<StandardSchemaV1.InferOutput<Schema>, undefined, Answer> = {},
): CommandWithin<Schema, Over, Decision, Answer> {
  return { ...options, name, schema, within, decide }
}

/**
 * Says where events go: in the stream of that name, or in the stream of an aggregate, which then must be its events.
 *
 * @example
 * inStream('student-S7', StudentEnrolled({ course, student }))
 * inStream(Student, 'S7', [StudentEnrolled({ course, student }), FeeCharged({ cents: 900 })])
 */
export function inStream<Event extends NewEvent>(
  stream: `${string}-${string}`,
  events: Event | readonly Event[],
): InStream<Event>
export function inStream<Over extends AnyAggregate, Event extends NewOf<Over['events'][number]>>(
  aggregate: Over,
  id: string,
  events: Event | readonly Event[],
): InStreamOf<Event>
export function inStream(
  where: string | AnyAggregate,
  idOrEvents: unknown,
  events?: NewEvent | readonly NewEvent[],
): InStream | InStreamOf {
  if (typeof where === 'string') return { stream: where, events: toList(idOrEvents as NewEvent | readonly NewEvent[]) }
  const stream = joinStreamName(where.name, String(idOrEvents))
  return { stream, events: toList(events ?? []), aggregate: where }
}

function toList(events: NewEvent | readonly NewEvent[]): readonly NewEvent[] {
  return Array.isArray(events) ? (events as readonly NewEvent[]) : [events as NewEvent]
}
