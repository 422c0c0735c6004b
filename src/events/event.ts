/**
 * The definition of an event: its type, the chain of its shapes, and a function that makes one. The chain's end is the
 * only shape that the rest of the code knows; what was stored in an older one is lifted step by step when it is read,
 * and what is stored is never touched.
 *
 * The fingerprint changes with anything that changes how a stored event reads.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DaybookError } from '../errors/index.ts'
import { dropUndefined } from './json.ts'
import type { JsonOnly } from './json-type.ts'
import { MAX_TYPE_LENGTH } from './new-event.ts'
import type { Metadata, NewEvent, RecordedEvent } from './recorded-event.ts'
import { findNameProblem, quote } from './stream-name.ts'
import { assertSynchronous, brokenDefinition, type Issue, toPathText, validateSync } from './validate.ts'

type InputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferInput<Schema>
type OutputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferOutput<Schema>

/** Any event's definition, as far as reading goes. */
export interface AnyEventDefinition {
  readonly type: string
  /** The place of today's shape in the chain: 1, 2, 3 … */
  readonly schemaVersion: number
  /** The schemas of the chain, the oldest first; the last is today's. */
  readonly schemas: readonly StandardSchemaV1[]
  readonly fingerprint: string
  upcast(recorded: RecordedEvent): RecordedEvent
}

/**
 * Makes an event: `FundsWithdrawn({ amount: 20, channel: 'atm' })`. The data is validated by today's schema.
 * @throws `invalid-event` naming the paths to all bad values
 */
export interface EventDefinition<Type extends string, Data, Input = Data> extends AnyEventDefinition {
  (data: Input, options?: NewEventOptions): NewEvent<Type, Data>
  readonly type: Type

  /**
   * Adds a shape to the chain. From now on events are made in it, and older ones are lifted to it when they are read.
   *
   * @param upcast Turns the shape before into what the new schema takes as input; it must be pure. The event as it was
   *   stored is its second argument.
   * @param options Declares tags for the new shape; needed where the shape before declared tags.
   * @example
   * event('FundsWithdrawn', z.object({ amount: z.int() }))
   *   .next(z.object({ amount: z.int(), channel: z.string() }), (v1) => ({ ...v1, channel: 'branch' }))
   */
  next<Schema extends StandardSchemaV1>(
    schema: Schema & JsonOnly<OutputOf<Schema>>,
    upcast: (data: Data, recorded: RecordedEvent) => InputOf<Schema>,
    options?: EventOptions<OutputOf<Schema>>,
  ): EventDefinition<Type, OutputOf<Schema>, InputOf<Schema>>

  /**
   * The stored event in today's shape.
   * @throws `unreadable-event` when it has another type, or a schema version that this code does not know
   */
  upcast(recorded: RecordedEvent): RecordedEvent<Type, Data>
}

export interface EventOptions<Data> {
  /** The tags that each such event carries, from its data: `({ course }) => ['course:' + course]`. */
  readonly tags?: (data: Data) => readonly string[]
}

export interface NewEventOptions {
  readonly metadata?: Metadata
  /** Beside those that the definition declares. */
  readonly tags?: readonly string[]
  /** A UUID, unique in the log. */
  readonly id?: string
}

/** A stored event of one of the definitions, in today's shape. */
export type RecordedOf<Definition extends AnyEventDefinition> = ReturnType<Definition['upcast']>

/** A fact of one of the definitions, to be recorded. */
export type NewOf<Definition extends AnyEventDefinition> = Definition extends AnyEventDefinition
  ? NewEvent<Definition['type'], RecordedOf<Definition>['data']>
  : never

/**
 * Defines an event.
 *
 * @param type What happened, in the past tense; at most 128 characters. It is stored with each event.
 * @param schema Any Standard Schema validator (zod, valibot, arktype …) that answers at once and puts out JSON.
 * @throws `invalid-argument` for a type that cannot be stored
 * @example
 * const FundsDeposited = event('FundsDeposited', z.object({ amount: z.int().positive() }))
 * FundsDeposited({ amount: 20 })
 */
export function event<const Type extends string, Schema extends StandardSchemaV1>(
  type: Type,
  schema: Schema & JsonOnly<OutputOf<Schema>>,
  options: EventOptions<OutputOf<Schema>> = {},
): EventDefinition<Type, OutputOf<Schema>, InputOf<Schema>> {
  const problem = findNameProblem(type, MAX_TYPE_LENGTH)
  if (problem !== undefined) throw invalidDefinition('type', `The event type ${quote(type)} ${problem}.`, problem)
  return define(type, [{ schema, upcast: undefined }], options)
}

interface Shape {
  readonly schema: StandardSchemaV1
  /** From the shape before; the first has none. */
  readonly upcast: ((data: never, recorded: RecordedEvent) => unknown) | undefined
}

type Chain = readonly [Shape, ...Shape[]]

function define<Type extends string, Data, Input>(
  type: Type,
  chain: Chain,
  options: EventOptions<Data>,
): EventDefinition<Type, Data, Input> {
  const make = (data: Input, given: NewEventOptions = {}) =>
    makeEvent<Type, Data>({ type, chain, options, data, given })
  Object.defineProperty(make, 'name', { value: type })
  const definition: Omit<EventDefinition<Type, Data, Input>, never> = {
    type,
    schemaVersion: chain.length,
    schemas: chain.map(({ schema }) => schema),
    fingerprint: JSON.stringify([type, chain.length, ...chain.map(({ upcast }) => String(upcast))]),
    next(schema, upcast, nextOptions = {}) {
      if (options.tags !== undefined && nextOptions.tags === undefined) throw tagsLost(type, chain.length)
      return define(type, [...chain, { schema, upcast }], nextOptions)
    },
    upcast: (recorded) => upcastEvent<Type, Data>(type, chain, recorded),
  }
  return Object.assign(make, definition)
}

interface Making<Type extends string, Data> {
  readonly type: Type
  readonly chain: Chain
  readonly options: EventOptions<Data>
  readonly data: unknown
  readonly given: NewEventOptions
}

function makeEvent<Type extends string, Data>(making: Making<Type, Data>): NewEvent<Type, Data> {
  const { type, chain, options, given } = making
  const validated = validateSync(lastOf(chain).schema, making.data, `The event ${type}`)
  if (validated.issues !== undefined) throw invalidEvent(type, validated.issues)
  // The schema's output type is the definition's: `event` and `next` tie the two.
  const data = dropUndefined(validated.value) as Data
  const tags = [...new Set([...(options.tags?.(data) ?? []), ...(given.tags ?? [])])]
  return {
    type,
    data,
    schemaVersion: chain.length,
    ...(given.id === undefined ? {} : { id: given.id }),
    ...(given.metadata === undefined ? {} : { metadata: dropUndefined(given.metadata) }),
    ...(tags.length === 0 ? {} : { tags }),
  }
}

function upcastEvent<Type extends string, Data>(type: Type, chain: Chain, recorded: RecordedEvent) {
  if (recorded.type !== type) throw unreadableEvent(recorded, 0)
  if (recorded.schemaVersion > chain.length) throw unreadableEvent(recorded, chain.length)
  // What was written in today's shape was validated when it was written.
  if (recorded.schemaVersion === chain.length) return recorded as RecordedEvent<Type, Data>
  const data = chain
    .slice(recorded.schemaVersion)
    .reduce((before, shape) => lift(shape, before, recorded), recorded.data)
  return { ...recorded, data, schemaVersion: chain.length } as RecordedEvent<Type, Data>
}

function lift({ schema, upcast }: Shape, data: unknown, recorded: RecordedEvent): unknown {
  const definition = `The event ${recorded.type} (stored in schema version ${recorded.schemaVersion})`
  const lifted = upcast?.(data as never, recorded)
  assertSynchronous(lifted, definition, 'is upcast')
  const validated = validateSync(schema, lifted, definition)
  if (validated.issues === undefined) return dropUndefined(validated.value)
  const problem = `at position ${recorded.position} is upcast to what the next schema refuses: ${list(validated.issues)}`
  throw brokenDefinition(definition, problem)
}

function lastOf(chain: Chain): Shape {
  return chain.at(-1) ?? chain[0]
}

function list(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${toPathText('data', path)}: ${message}`).join('; ')
}

function invalidEvent(type: string, issues: readonly Issue[]): DaybookError {
  const [first] = issues
  const path = toPathText('data', first?.path ?? [])
  const message = `${type} cannot be made: ${list(issues)}. Nothing was written.`
  return new DaybookError('invalid-event', message, { path, problem: first?.message ?? 'is refused', type })
}

/** `known` is the newest schema version that the code knows: 0 when it does not know the type. */
export function unreadableEvent({ type, schemaVersion, position }: RecordedEvent, known: number): DaybookError {
  const message =
    known === 0
      ? `The event ${type} at position ${position} has a type that is not defined here. Add its definition to the events that are read.`
      : `The event ${type} at position ${position} has schema version ${schemaVersion}, and this code knows ${known}. ` +
        'It was written by a newer release: read it with that one.'
  return new DaybookError('unreadable-event', message, { type, schemaVersion, known, position })
}

function tagsLost(type: string, schemaVersion: number): DaybookError {
  const message = `${type} declares tags for schema version ${schemaVersion}, and none for the next. Declare them for it too.`
  return invalidDefinition('tags', message, 'are not declared for the next schema version')
}

function invalidDefinition(argument: string, message: string, problem: string): DaybookError {
  return new DaybookError('invalid-argument', message, { argument, problem })
}
