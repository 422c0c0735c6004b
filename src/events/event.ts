/**
 * The definition of an event: its type, the chain of its shapes, and a function that makes one. The chain's end is the
 * only shape that the rest of the code knows; what was stored in an older one is lifted step by step when it is read,
 * and what is stored is never touched.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DaybookError } from '../errors/index.ts'
import type { AnyEventDefinition } from './any-event.ts'
import {
  addFormerName,
  addShape,
  beginChain,
  type Chain,
  invalidDefinition,
  lastSchema,
  newestVersion,
  toFingerprint,
  toSources,
  upcastEvent,
} from './chain.ts'
import { dropUndefined } from './json.ts'
import type { JsonOnly } from './json-type.ts'
import type { Metadata, NewEvent, RecordedEvent } from './recorded-event.ts'
import type { RetiredEvent } from './retired.ts'
import { readFrom } from './sources.ts'
import { assertSplit, leaveRoom, type Split, type Taken, toSplitSources } from './split.ts'
import { type Issue, listIssues, toPathText, validateSync } from './validate.ts'

type InputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferInput<Schema>
type OutputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferOutput<Schema>

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
   * Says that the event had another name, up to today's shape: what is stored under it is the same event, in the same
   * schema versions. New ones are recorded under the new name.
   * @throws `invalid-argument` for a name that cannot be stored, or that the event has
   * @example
   * event('AddressChanged', z.object({ street: z.string() })).renamedFrom('AddressCorrected')
   */
  renamedFrom(type: string): EventDefinition<Type, Data, Input>

  /**
   * Takes its part of an event that is made no more. Where that one had the same name, its schema versions come first,
   * and this one's begin after them.
   *
   * @param take From the retired event's last shape to what today's schema takes as input: one, an array of several, or
   *   undefined for none. It must be pure. The event as it is stored is its second argument.
   * @throws `invalid-argument` when the retired event is not split into this one
   * @example
   * event('EmailGiven', z.object({ email: z.string() })).splitFrom(SignedUp, ({ email }) => ({ email }))
   */
  splitFrom<OldType extends string, OldData, Into extends string>(
    retired: RetiredEvent<OldType, OldData, Into> &
      (Type extends Into ? unknown : `${OldType} is not split into ${Type}`),
    take: (data: OldData, recorded: RecordedEvent) => Taken<Input>,
  ): EventDefinition<Type, Data, Input>

  /**
   * The stored event in today's shape.
   * @throws `unreadable-event` when it is stored under another name, or in a schema version that this code does not know
   */
  upcast(recorded: RecordedEvent): RecordedEvent<Type, Data>
  /**
   * The same for whatever is stored of the event, also as a part of a retired one: none, one or several.
   * @throws `unreadable-event`
   */
  read(recorded: RecordedEvent): readonly RecordedEvent<Type, Data>[]
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
  return define({ chain: beginChain(type, schema), splits: [], options })
}

/** What a definition is made of. */
interface Parts<Data> {
  readonly chain: Chain
  readonly splits: readonly Split[]
  readonly options: EventOptions<Data>
}

function define<Type extends string, Data, Input>(parts: Parts<Data>): EventDefinition<Type, Data, Input> {
  const { chain } = parts
  const make = (data: Input, given: NewEventOptions = {}) => makeEvent<Data>(parts, data, given)
  Object.defineProperty(make, 'name', { value: chain.type })
  // `event`, `next` and `splitFrom` tie the types of schemas and functions to the definition's.
  return Object.assign(make, toMethods<Type, Data, Input>(parts), toReading(parts)) as unknown as EventDefinition<
    Type,
    Data,
    Input
  >
}

type Methods<Type extends string, Data, Input> = Pick<
  EventDefinition<Type, Data, Input>,
  'next' | 'renamedFrom' | 'splitFrom'
>

function toMethods<Type extends string, Data, Input>(parts: Parts<Data>): Methods<Type, Data, Input> {
  const { chain, splits, options } = parts
  return {
    next(schema, upcast, nextOptions = {}) {
      if (options.tags !== undefined && nextOptions.tags === undefined) throw tagsLost(chain)
      return define({ chain: addShape(chain, schema, upcast), splits, options: nextOptions })
    },
    renamedFrom: (type) => define({ ...parts, chain: addFormerName(chain, type) }),
    splitFrom(retired, take) {
      assertSplit(chain, splits, retired)
      const split = { retired, place: chain.shapes.length - 1, take }
      return define({ options, chain: leaveRoom(chain, retired), splits: [...splits, split] })
    },
  }
}

function toReading({ chain, splits }: Parts<never>): AnyEventDefinition {
  const upcast = (recorded: RecordedEvent) => upcastEvent(chain, recorded)
  const own = toSources(chain, (recorded) => [upcast(recorded)])
  const sources = [...own, ...splits.flatMap((split) => toSplitSources(chain, split))]
  const taken = splits.flatMap(({ retired, place, take }) => [retired.fingerprint, place, String(take)])
  return {
    type: chain.type,
    schemaVersion: newestVersion(chain),
    schemas: chain.shapes.map(({ schema }) => schema),
    fingerprint: JSON.stringify([...toFingerprint(chain), ...taken]),
    isRetired: false,
    sources,
    upcast,
    read: (recorded) => readFrom(sources, recorded),
  }
}

function makeEvent<Data>(
  { chain, options }: Parts<Data>,
  given: unknown,
  { id, metadata, tags = [] }: NewEventOptions,
) {
  const { type } = chain
  const validated = validateSync(lastSchema(chain), given, `The event ${type}`)
  if (validated.issues !== undefined) throw invalidEvent(type, validated.issues)
  // The schema's output type is the definition's: `event` and `next` tie the two.
  const data = dropUndefined(validated.value) as Data
  const all = [...new Set([...(options.tags?.(data) ?? []), ...tags])]
  return {
    type,
    data,
    schemaVersion: newestVersion(chain),
    ...(id === undefined ? {} : { id }),
    ...(metadata === undefined ? {} : { metadata: dropUndefined(metadata) }),
    ...(all.length === 0 ? {} : { tags: all }),
  }
}

function invalidEvent(type: string, issues: readonly Issue[]): DaybookError {
  const [first] = issues
  const path = toPathText('data', first?.path ?? [])
  const message = `${type} cannot be made: ${listIssues(issues)}. Nothing was written.`
  return new DaybookError('invalid-event', message, { path, problem: first?.message ?? 'is refused', type })
}

function tagsLost(chain: Chain): DaybookError {
  const message = `${chain.type} declares tags for schema version ${newestVersion(chain)}, and none for the next. Declare them for it too.`
  return invalidDefinition('tags', message, 'are not declared for the next schema version')
}
