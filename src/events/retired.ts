/**
 * Events that are made no more and still stand in the log. What is stored of one is split into events of today, each of
 * which says with `splitFrom` what it takes; or it is dropped from view, and its position and version stay.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { AnyEventDefinition, Retirement, Source } from './any-event.ts'
import {
  addFormerName,
  addShape,
  beginChain,
  type Chain,
  invalidDefinition,
  newestVersion,
  toFingerprint,
  toSources,
  upcastEvent,
} from './chain.ts'
import type { JsonOnly } from './json-type.ts'
import { MAX_SCHEMA_VERSION } from './new-event.ts'
import type { RecordedEvent } from './recorded-event.ts'
import { readFrom } from './sources.ts'

type InputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferInput<Schema>
type OutputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferOutput<Schema>

/** An event that is made no more: it can be read, by those that it is split into, and not made. */
export interface RetiredEvent<Type extends string = string, Data = unknown, Into extends string = string>
  extends AnyEventDefinition,
    Retirement {
  readonly type: Type
  readonly isRetired: true
  readonly into: readonly Into[]
  /** The stored event in the last shape that it had. @throws `unreadable-event` */
  upcast(recorded: RecordedEvent): RecordedEvent<Type, Data>
  read(recorded: RecordedEvent): readonly never[]
}

/** A retired event whose shape is known. `splitInto` or `dropped` completes it. */
export interface RetiredShape<Type extends string, Data> {
  /** Adds the next shape that it had, as `event(…).next` does. */
  next<Schema extends StandardSchemaV1>(
    schema: Schema & JsonOnly<OutputOf<Schema>>,
    upcast: (data: Data, recorded: RecordedEvent) => InputOf<Schema>,
  ): RetiredShape<Type, OutputOf<Schema>>

  /** A name that it had before, as `event(…).renamedFrom` says. */
  renamedFrom(type: string): RetiredShape<Type, Data>

  /**
   * Says which events it is today, in the order in which they happened. Each of them takes its part with `splitFrom`.
   * An event of the same type may be among them: then the versions defined here are the retired ones, and that event's
   * own begin after them.
   */
  splitInto<const Into extends readonly [string, ...string[]]>(...types: Into): RetiredEvent<Type, Data, Into[number]>

  /** Drops it from view: whoever reads passes over it. A schema version that is not defined here is still refused. */
  dropped(): RetiredEvent<Type, Data, never>
}

/**
 * Defines an event that is made no more.
 *
 * @param schema Its first shape, as it is stored. Without one it can only be dropped, and is so in every schema version.
 * @throws `invalid-argument` for a type that cannot be stored
 * @example
 * const SignedUp = retired('SignedUp', z.object({ name: z.string(), email: z.string() }))
 *   .splitInto('MemberJoined', 'EmailGiven')
 * const MemberJoined = event('MemberJoined', z.object({ name: z.string() })).splitFrom(SignedUp, ({ name }) => ({ name }))
 * const EmailGiven = event('EmailGiven', z.object({ email: z.string() })).splitFrom(SignedUp, ({ email }) => ({ email }))
 * const CacheWarmed = retired('CacheWarmed').dropped()
 */
export function retired<const Type extends string>(type: Type): { dropped(): RetiredEvent<Type, unknown, never> }
export function retired<const Type extends string, Schema extends StandardSchemaV1>(
  type: Type,
  schema: Schema & JsonOnly<OutputOf<Schema>>,
): RetiredShape<Type, OutputOf<Schema>>
export function retired(type: string, schema?: StandardSchemaV1): unknown {
  if (schema !== undefined) return toRetiredShape(beginChain(type, schema))
  const chain = beginChain(type, ANYTHING)
  return { dropped: () => toRetired(chain, [], MAX_SCHEMA_VERSION) }
}

/** The schema of data that nobody looks at. */
const ANYTHING: StandardSchemaV1 = {
  '~standard': { version: 1, vendor: 'daybook', validate: (value) => ({ value }) },
}

function toRetiredShape<Type extends string, Data>(chain: Chain): RetiredShape<Type, Data> {
  return {
    next: (schema, upcast) => toRetiredShape(addShape(chain, schema, upcast)),
    renamedFrom: (type) => toRetiredShape(addFormerName(chain, type)),
    splitInto: (...types) => toRetired(chain, distinct(chain, types)),
    dropped: () => toRetired(chain, []),
  }
}

function distinct(chain: Chain, types: readonly string[]): readonly string[] {
  if (types.length > 0 && new Set(types).size === types.length) return types
  throw invalidDefinition('types', `${chain.type} must be split into one type or several, each named once.`, 'repeat')
}

function toRetired<Type extends string, Data, Into extends string>(
  chain: Chain,
  into: readonly string[],
  knownTo?: number,
): RetiredEvent<Type, Data, Into> {
  const sources: Source[] = []
  const definition: RetiredEvent = {
    type: chain.type,
    schemaVersion: newestVersion(chain),
    schemas: chain.shapes.map(({ schema }) => schema),
    fingerprint: JSON.stringify([...toFingerprint(chain), 'retired', ...into]),
    isRetired: true,
    into,
    sources,
    upcast: (recorded) => upcastEvent(chain, recorded),
    // What is not refused gives nothing.
    read: (recorded) => readFrom(sources, recorded) as readonly never[],
  }
  const own = toSources(chain, () => [], definition)
  sources.push(...own.map((source) => ({ ...source, newest: knownTo ?? source.newest })))
  // `retired` and `next` tie the types of name and schemas to the definition's.
  return definition as RetiredEvent<Type, Data, Into>
}
