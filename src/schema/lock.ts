/**
 * The lock: the shapes of all stored events, in a file that is committed beside the code. A shape that is stored never
 * changes; who changes it in place, where a new version was meant, is told so before it is released.
 */
import { toCanonicalJson } from '../events/index.ts'
import { Readers, type SchemaReader } from './readers.ts'
import { type Shape, toShape } from './shape.ts'
import { findShapeDifferences, type ShapeDifference } from './shape-differences.ts'

export interface SchemaLock {
  readonly format: 1
  /** By the type that an event is stored under, and by schema version. */
  readonly events: Readonly<Record<string, Readonly<Record<string, Shape>>>>
}

/** Where the code is not as the lock says. */
export interface LockDifference {
  readonly type: string
  readonly schemaVersion: number
  /** `new` needs only be locked; the others break what is stored. */
  readonly kind: 'changed' | 'gone' | 'new'
  /** What has changed in the shape. */
  readonly changes: readonly ShapeDifference[]
  readonly message: string
}

/**
 * The shapes that the code reads.
 *
 * @param readers All of the application: aggregates, read models, boundaries, and events beside theirs.
 */
export function toSchemaLock(readers: readonly SchemaReader[]): SchemaLock {
  // A map, as a type may be called `__proto__`.
  const events = new Map<string, Map<number, Shape>>()
  for (const { type, schemaVersion, shape } of toShapes(readers)) {
    const versions = events.get(type) ?? new Map<number, Shape>()
    events.set(type, versions.set(schemaVersion, unite(versions.get(schemaVersion), shape)))
  }
  const sorted = [...events].sort(([one], [other]) => (one < other ? -1 : 1))
  return {
    format: 1,
    events: Object.fromEntries(sorted.map(([type, versions]) => [type, Object.fromEntries(versions)])),
  }
}

/**
 * What has changed since the lock was written; nothing but `new` may have.
 *
 * @example
 * expect(compareWithLock(lock, [Account, balances]).filter(({ kind }) => kind !== 'new')).toEqual([])
 */
export function compareWithLock(lock: SchemaLock, readers: readonly SchemaReader[]): readonly LockDifference[] {
  const now = toSchemaLock(readers)
  const all = new Readers(readers)
  const broken = toEntries(lock).flatMap(({ type, schemaVersion, shape }): LockDifference[] => {
    const current = now.events[type]?.[schemaVersion]
    if (current !== undefined) return toChanged(type, schemaVersion, findShapeDifferences(shape, current))
    // What is dropped from view in whatever shape has none.
    return all.findReadings({ type, schemaVersion }).length > 0 ? [] : [toGone(type, schemaVersion)]
  })
  const added = toEntries(now).filter(({ type, schemaVersion }) => lock.events[type]?.[schemaVersion] === undefined)
  return [...broken, ...added.map(({ type, schemaVersion }) => toNew(type, schemaVersion))]
}

interface Entry {
  readonly type: string
  readonly schemaVersion: number
  readonly shape: Shape
}

function toShapes(readers: readonly SchemaReader[]): readonly Entry[] {
  return new Readers(readers).definitions.flatMap((definition) =>
    definition.sources.flatMap(({ type, oldest, newest, retired }) => {
      const schemas = (retired ?? definition).schemas.slice(0, newest - oldest + 1)
      // Something without a schema has as many versions as anybody likes, and no shape.
      if (schemas.length < newest - oldest + 1) return []
      return schemas.map((schema, place) => ({ type, schemaVersion: oldest + place, shape: toShape(schema) }))
    }),
  )
}

/** Two definitions may read the same events in different shapes. */
function unite(one: Shape | undefined, other: Shape): Shape {
  if (one === undefined || toCanonicalJson(one) === toCanonicalJson(other)) return other
  const known = Array.isArray(one.anyOf) && Object.keys(one).length === 1 ? (one.anyOf as Shape[]) : [one]
  const shapes = new Map([...known, other].map((shape) => [toCanonicalJson(shape), shape]))
  return { anyOf: [...shapes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, shape]) => shape) }
}

function toEntries({ events }: SchemaLock): readonly Entry[] {
  return Object.entries(events).flatMap(([type, versions]) =>
    Object.entries(versions).map(([version, shape]) => ({ type, schemaVersion: Number(version), shape })),
  )
}

function toChanged(type: string, schemaVersion: number, changes: readonly ShapeDifference[]): LockDifference[] {
  if (changes.length === 0) return []
  const list = changes.map(({ path, keyword, before = 'nothing', after = 'nothing' }) => {
    const what = keyword === 'shape' ? path : `${path}, ${keyword}`
    return `\n  ${what}: was ${before}, is ${after}`
  })
  const message =
    `${type} has another shape in schema version ${schemaVersion} than when it was locked. What is stored keeps its ` +
    `shape: put it back, and add the new one with .next(schema, upcast).${list.join('')}`
  return [{ type, schemaVersion, kind: 'changed', changes, message }]
}

function toGone(type: string, schemaVersion: number): LockDifference {
  const message =
    `${type} in schema version ${schemaVersion} is locked, and no definition reads it any more. Put it back, ` +
    `or say what became of it: .renamedFrom('${type}'), or retired('${type}', …) with splitInto or dropped.`
  return { type, schemaVersion, kind: 'gone', changes: [], message }
}

function toNew(type: string, schemaVersion: number): LockDifference {
  const message = `${type} in schema version ${schemaVersion} is not locked yet. Lock it before it is released: daybook schema lock`
  return { type, schemaVersion, kind: 'new', changes: [], message }
}
