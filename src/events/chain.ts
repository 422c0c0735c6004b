/**
 * The shapes that the data of one event has had, the oldest first, and the names that it was stored under. What is
 * stored in an older shape is lifted step by step; what is stored in the last one was validated when it was written, and
 * is given as it is.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DaybookError } from '../errors/index.ts'
import type { Source } from './any-event.ts'
import { dropUndefined } from './json.ts'
import { MAX_TYPE_LENGTH } from './new-event.ts'
import type { RecordedEvent } from './recorded-event.ts'
import { findNameProblem, quote } from './stream-name.ts'
import { unreadableEvent } from './unreadable.ts'
import { assertSchema, assertSynchronous, brokenDefinition, listIssues, toPathText, validateSync } from './validate.ts'

/** Turns the shape before into what the next schema takes as input. */
type Upcaster = (data: never, recorded: RecordedEvent) => unknown

export interface Chain {
  readonly type: string
  /** The schema version of the first shape: 1, unless older ones belong to a retired event of the same type. */
  readonly first: number
  readonly shapes: readonly [Shape, ...Shape[]]
  /** Names that the event had, each with the newest schema version that was written under it. */
  readonly formerNames: readonly { readonly type: string; readonly newest: number }[]
}

interface Shape {
  readonly schema: StandardSchemaV1
  /** From the shape before; the first has none. */
  readonly upcast: Upcaster | undefined
}

/** @throws `invalid-argument` for a type that cannot be stored */
export function beginChain(type: string, schema: StandardSchemaV1): Chain {
  assertType(type)
  assertSchema(schema, `The event ${type}`)
  return { type, first: 1, shapes: [{ schema, upcast: undefined }], formerNames: [] }
}

export function addShape(chain: Chain, schema: StandardSchemaV1, upcast: Upcaster): Chain {
  assertSchema(schema, `The event ${chain.type}`)
  return { ...chain, shapes: [...chain.shapes, { schema, upcast }] }
}

/** @throws `invalid-argument` for a name that cannot be stored, or that the event has or had */
export function addFormerName(chain: Chain, type: string): Chain {
  assertType(type)
  if (namesOf(chain).some((name) => name.type === type)) {
    throw invalidDefinition('type', `${chain.type} cannot be renamed from ${type}, a name that it has.`, 'is its name')
  }
  return { ...chain, formerNames: [...chain.formerNames, { type, newest: newestVersion(chain) }] }
}

/** The schema version of the last shape. */
export function newestVersion({ first, shapes }: Chain): number {
  return first + shapes.length - 1
}

/** The schema of the last shape. */
export function lastSchema({ shapes }: Chain): StandardSchemaV1 {
  return (shapes.at(-1) ?? shapes[0]).schema
}

/** Changes with anything that changes how data is lifted. */
export function toFingerprint(chain: Chain): readonly unknown[] {
  const { type, shapes, first, formerNames } = chain
  const upcasters = shapes.map(({ upcast }) => String(upcast))
  return [type, shapes.length, ...upcasters, ...(first === 1 ? [] : [first]), ...formerNames.map((name) => name.type)]
}

/** The same chain, where schema versions up to and with `last` of some of its names belong to a retired event. */
export function beginAfter(chain: Chain, last: number): Chain {
  const formerNames = chain.formerNames.map(({ type, newest }) => ({ type, newest: newest + last }))
  return { ...chain, first: chain.first + last, formerNames }
}

export function namesOf(chain: Chain): Chain['formerNames'] {
  return [{ type: chain.type, newest: newestVersion(chain) }, ...chain.formerNames]
}

/** What is stored of the event, under each of its names. */
export function toSources(chain: Chain, read: Source['read'], retired?: Source['retired']): readonly Source[] {
  return namesOf(chain).map(({ type, newest }) => ({ type, oldest: chain.first, newest, retired, read }))
}

/** The stored event in the chain's last shape, under its name of today. @throws `unreadable-event` */
export function upcastEvent(chain: Chain, recorded: RecordedEvent): RecordedEvent {
  const { type, first } = chain
  const schemaVersion = newestVersion(chain)
  if (recorded.schemaVersion === schemaVersion && recorded.type === type) return recorded
  const name = namesOf(chain).find((each) => each.type === recorded.type)
  const known = name && { oldest: first, newest: name.newest }
  if (known === undefined || recorded.schemaVersion < first || recorded.schemaVersion > known.newest) {
    throw unreadableEvent(recorded, known)
  }
  const data = liftData(chain, recorded.schemaVersion - first, recorded.data, recorded)
  return { ...recorded, type, data, schemaVersion }
}

/** Data in the shape at a place of the chain, from 0, in the chain's last shape. */
export function liftData({ shapes }: Chain, place: number, data: unknown, recorded: RecordedEvent): unknown {
  const lift = (before: unknown, { schema, upcast }: Shape) =>
    toShape(schema, recorded, 'is upcast', () => upcast?.(before as never, recorded))
  return shapes.slice(place + 1).reduce(lift, data)
}

/** What a definition's function makes of a stored event, as the schema puts it out. @throws `broken-definition` */
function toShape(schema: StandardSchemaV1, recorded: RecordedEvent, does: string, make: () => unknown): unknown {
  return fitShape(schema, recorded, does, callPurely(recorded, does, make))
}

/** @throws `broken-definition` with the position, when the function fails or does not answer at once */
export function callPurely(recorded: RecordedEvent, does: string, make: () => unknown): unknown {
  const made = attempt(make, (cause) => {
    const problem = `at position ${recorded.position} ${does}, and the function throws: ${String(cause)}`
    return brokenDefinition(describe(recorded), problem, { cause, position: recorded.position })
  })
  assertSynchronous(made, describe(recorded), does)
  return made
}

/** @throws `broken-definition` with the position and the path, when the schema refuses the value */
export function fitShape(schema: StandardSchemaV1, recorded: RecordedEvent, does: string, value: unknown): unknown {
  const { position } = recorded
  const validated = validateSync(schema, value, describe(recorded))
  if (validated.issues === undefined) return dropUndefined(validated.value)
  const problem = `at position ${position} ${does} to what the next schema refuses: ${listIssues(validated.issues)}`
  const path = toPathText('data', validated.issues[0]?.path ?? [])
  throw brokenDefinition(describe(recorded), problem, { position, path })
}

function describe({ type, schemaVersion }: RecordedEvent): string {
  return `The event ${type} (stored in schema version ${schemaVersion})`
}

function attempt<T>(work: () => T, toFailure: (cause: unknown) => DaybookError): T {
  try {
    return work()
  } catch (cause) {
    throw toFailure(cause)
  }
}

function assertType(type: string): void {
  const problem = findNameProblem(type, MAX_TYPE_LENGTH)
  if (problem !== undefined) throw invalidDefinition('type', `The event type ${quote(type)} ${problem}.`, problem)
}

export function invalidDefinition(argument: string, message: string, problem: string): DaybookError {
  return new DaybookError('invalid-argument', message, { argument, problem })
}
