/** What is not the same in two shapes of one event, in words of its data where they are JSON Schemas. */
import { toCanonicalJson } from '../events/index.ts'
import type { Shape } from './shape.ts'

export interface ShapeDifference {
  /** To the part of the data, such as `data.items[].price`. */
  readonly path: string
  /** What is said of it: a keyword of JSON Schema, such as `type`; `shape` for the part itself. */
  readonly keyword: string
  /** JSON, or undefined where there was nothing. */
  readonly before: string | undefined
  readonly after: string | undefined
}

export function findShapeDifferences(before: Shape, after: Shape): readonly ShapeDifference[] {
  return compareSchemas('data', before, after)
}

type JsonObject = Readonly<Record<string, unknown>>

function compareSchemas(path: string, before: JsonObject, after: JsonObject): readonly ShapeDifference[] {
  return keysOf(before, after).flatMap((keyword) => compareKeyword(path, keyword, before[keyword], after[keyword]))
}

function compareKeyword(path: string, keyword: string, before: unknown, after: unknown): readonly ShapeDifference[] {
  if (toCanonicalJson(before) === toCanonicalJson(after)) return []
  if (keyword === 'properties' && isObject(before) && isObject(after)) {
    return keysOf(before, after).flatMap((name) => compareParts(`${path}.${name}`, before[name], after[name]))
  }
  if (keyword === 'items') return compareParts(`${path}[]`, before, after)
  return [{ path, keyword, before: toText(before), after: toText(after) }]
}

function compareParts(path: string, before: unknown, after: unknown): readonly ShapeDifference[] {
  if (isObject(before) && isObject(after)) return compareSchemas(path, before, after)
  if (toCanonicalJson(before) === toCanonicalJson(after)) return []
  return [{ path, keyword: 'shape', before: toText(before), after: toText(after) }]
}

function keysOf(one: JsonObject, other: JsonObject): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}
