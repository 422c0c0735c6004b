/** What is different between two values, path by path, in words. */
import { inspect, isDeepStrictEqual } from 'node:util'
import { toPathText } from '../../events/index.ts'

/**
 * One line for each place at which the two differ, such as `data.amount is 20, expected 25`. A property that is
 * undefined counts as one that is not there.
 */
export function findDifferences(root: string, actual: unknown, expected: unknown): string[] {
  return compare({ root, path: [] }, actual, expected)
}

interface Place {
  readonly root: string
  readonly path: readonly PropertyKey[]
}

function compare(place: Place, actual: unknown, expected: unknown): string[] {
  if (actual === undefined && expected === undefined) return []
  if (actual === undefined) return [`${nameOf(place)} is missing, expected ${show(expected)}`]
  if (expected === undefined) return [`${nameOf(place)} is ${show(actual)}, and was not expected`]
  if (Array.isArray(actual) && Array.isArray(expected)) return compareKeys(place, actual, expected)
  if (isPlain(actual) && isPlain(expected)) return compareKeys(place, actual, expected)
  if (isDeepStrictEqual(actual, expected)) return []
  return [`${nameOf(place)} is ${show(actual)}, expected ${show(expected)}`]
}

type Keyed = Readonly<Record<PropertyKey, unknown>>

function compareKeys({ root, path }: Place, actual: object, expected: object): string[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...keys].flatMap((key) => {
    const step = Array.isArray(expected) ? Number(key) : key
    return compare({ root, path: [...path, step] }, (actual as Keyed)[key], (expected as Keyed)[key])
  })
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function nameOf({ root, path }: Place): string {
  return toPathText(root, path)
}

/** A value on one line, as it is written in code. */
export function show(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 6, compact: true })
}
