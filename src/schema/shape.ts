/**
 * The shape of stored data, as a value that can be kept in a file and compared: what the schema puts out, as JSON Schema
 * where its validator speaks Standard JSON Schema, and else a fingerprint of how the schema is built. Functions are in
 * neither: a rule that is one may change unseen.
 */
import { createHash } from 'node:crypto'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type JsonSchema, toCanonicalJson, toJsonSchema } from '../events/index.ts'

/** A JSON Schema, or `{ fingerprint }`. */
export type Shape = JsonSchema

export function toShape(schema: StandardSchemaV1): Shape {
  const shape = toJsonSchema(schema, 'output')
  return shape === undefined ? { fingerprint: toFingerprint(schema) } : settle(shape)
}

/** What says nothing of the data that is stored: words about it, and what it is made of where it is missing. */
const REMARKS = new Set(['$schema', '$comment', 'title', 'description', 'examples', 'deprecated', 'default'])
/** Their keys are names, not keywords. */
const MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
/** Their values are data. */
const DATA = new Set(['enum', 'const'])

/** The order of keywords, of properties, and of names that are required, means nothing. */
function settle(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema).filter(([keyword]) => !REMARKS.has(keyword))
  return Object.fromEntries(entries.sort(byName).map(([keyword, value]) => [keyword, settleKeyword(keyword, value)]))
}

function settleKeyword(keyword: string, value: unknown): unknown {
  if (DATA.has(keyword)) return value
  if (keyword === 'required' && Array.isArray(value)) return [...value].sort()
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? settle(item) : item))
  if (!isObject(value)) return value
  return MAPS.has(keyword) ? settleMap(value) : settle(value)
}

function settleMap(schemas: JsonSchema): JsonSchema {
  const entries = Object.entries(schemas).sort(byName)
  return Object.fromEntries(entries.map(([name, schema]) => [name, isObject(schema) ? settle(schema) : schema]))
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

function toFingerprint(schema: StandardSchemaV1): string {
  return createHash('sha256')
    .update(toCanonicalJson(toStructure(schema, [])))
    .digest('hex')
}

/** What is private to a validator begins with a tilde or an underscore, and says nothing of the shape. */
function toStructure(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value === 'function') return null
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof RegExp) return String(value)
  if (above.includes(value)) return '…'
  const within = [...above, value]
  if (Array.isArray(value)) return value.map((item) => toStructure(item, within))
  const entries = Object.entries(value).filter(([key, item]) => !/^[~_]/.test(key) && typeof item !== 'function')
  return Object.fromEntries(entries.map(([key, item]) => [key, toStructure(item, within)]))
}
