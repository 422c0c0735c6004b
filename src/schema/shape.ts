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
  return shape === undefined ? { fingerprint: toFingerprint(schema) } : (settle(shape) as Shape)
}

/** The dialect is always the same. The order of keys, and of names that are required, means nothing. */
function settle(value: unknown, key?: string): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => settle(item))
    return key === 'required' ? items.sort() : items
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name]) => name !== '$schema')
  return Object.fromEntries(entries.sort(byName).map(([name, item]) => [name, settle(item, name)]))
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
