/**
 * JSON, as Daybook means it: values that come back from every engine exactly as they went in.
 * That is less than what `JSON.stringify` accepts: it drops `undefined`, turns NaN into null, -0 into 0 and a
 * Date into a string, all in silence. `findProblem` names the first such value and the path to it.
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** Levels of nesting. PostgreSQL's parser and every recursive reader of the data have a stack; nobody's facts are this deep. */
export const MAX_NESTING = 100
/**
 * Values below one root. More do not fit in an event's bytes; and a value of a few objects that share one another can
 * be read as more values than anybody has time for.
 */
const MAX_VALUES = 1_048_576

export interface JsonProblem {
  /** Such as `data.items[3].price`. */
  readonly path: string
  readonly problem: string
}

/** The first value below `root` that would not survive a JSON round trip, or undefined. */
export function findJsonProblem(root: unknown, rootName: string): JsonProblem | undefined {
  const walk: Walk = { path: [], ancestors: [], values: 0 }
  const problem = check(root, walk)
  return problem === undefined ? undefined : { path: rootName + toPathText(walk.path), problem }
}

/** `value` without properties that are undefined, and with plain prototypes: what schemas tend to leave behind. */
export function dropUndefined<T>(value: T): T {
  return strip(value, 0) as T
}

function strip(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_NESTING) return value
  if (Array.isArray(value)) return value.some(needsStrip) ? value.map((item) => strip(item, depth + 1)) : value
  if (!isPlainObject(value) && Object.getPrototypeOf(value) !== null) return value
  return stripObject(value, depth)
}

function needsStrip(item: unknown): boolean {
  return typeof item === 'object' && item !== null
}

function stripObject(value: object, depth: number): object {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, strip(item, depth + 1)]))
}

/** Would `dropUndefined` change nothing? A look costs less than a copy. */
export function isWhole(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth > MAX_NESTING) return false
  if (Array.isArray(value)) return value.every((item) => isWhole(item, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const item of Object.values(value)) {
    if (item === undefined || (typeof item === 'object' && !isWhole(item, depth + 1))) return false
  }
  return true
}

/** A copy of JSON: for rows, which are small, in a tenth of the time that `structuredClone` takes. */
export function copyJson<T>(value: T): T {
  return copy(value) as T
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copy)
  const copied: Record<string, unknown> = { ...value }
  for (const key of Object.keys(copied)) {
    const item = copied[key]
    if (typeof item === 'object' && item !== null) copied[key] = copy(item)
  }
  return copied
}

interface Walk {
  /** Leads to the value at hand; after a problem, to the bad value. */
  readonly path: (string | number)[]
  readonly ancestors: object[]
  values: number
}

/** Depth first. */
function check(value: unknown, walk: Walk): string | undefined {
  if (++walk.values > MAX_VALUES) return `is one of more than ${MAX_VALUES} values`
  switch (typeof value) {
    case 'string':
      return checkString(value)
    case 'number':
      return checkNumber(value)
    case 'boolean':
      return undefined
    case 'undefined':
      return 'is undefined; leave it out, or use null'
    case 'bigint':
      return 'is a bigint; use a string, or a number if it is a safe integer'
    case 'object':
      return value === null ? undefined : checkObject(value, walk)
    default:
      return `is a ${typeof value}, which JSON does not have`
  }
}

function checkString(value: string): string | undefined {
  if (!value.isWellFormed()) return 'holds a lone surrogate, which is not Unicode text'
  if (value.includes('\u0000')) return 'holds the character U+0000, which PostgreSQL cannot store'
  return undefined
}

function checkNumber(value: number): string | undefined {
  if (!Number.isFinite(value)) return `is ${value}, which JSON does not have`
  return Object.is(value, -0) ? 'is -0, which would come back as 0' : undefined
}

function checkObject(value: object, walk: Walk): string | undefined {
  const { ancestors } = walk
  if (ancestors.includes(value)) return 'refers back to something that contains it'
  if (ancestors.length >= MAX_NESTING) return `is nested deeper than ${MAX_NESTING} levels`
  ancestors.push(value)
  const problem = Array.isArray(value) ? checkArray(value, walk) : checkPlain(value, walk)
  ancestors.pop()
  return problem
}

function checkArray(value: readonly unknown[], walk: Walk): string | undefined {
  if (Object.getPrototypeOf(value) !== Array.prototype && !isForeignArray(value)) return 'is a subclass of Array'
  for (let index = 0; index < value.length; index++) {
    walk.path.push(index)
    const problem = index in value ? check(value[index], walk) : 'is a hole in an array; use null'
    if (problem !== undefined) return problem
    walk.path.pop()
  }
  if (Object.keys(value).length !== value.length) return 'is an array with named properties'
  return Object.getOwnPropertySymbols(value).length > 0 ? SYMBOL_KEY : undefined
}

const SYMBOL_KEY = 'has a property whose key is a symbol'

function checkPlain(value: object, walk: Walk): string | undefined {
  if (!isPlainObject(value)) return `is ${describeObject(value)}, not a plain object; convert it to JSON's types first`
  if (Object.getOwnPropertySymbols(value).length > 0) return SYMBOL_KEY
  for (const key of Object.keys(value)) {
    walk.path.push(key)
    const problem = key === '__proto__' ? 'is a key that JavaScript gives a meaning of its own' : checkKey(key)
    const below = problem ?? check((value as Record<string, unknown>)[key], walk)
    if (below !== undefined) return below
    walk.path.pop()
  }
  return undefined
}

function checkKey(key: string): string | undefined {
  const problem = checkString(key)
  if (problem !== undefined) return `is a key that ${problem}`
  return isMisread(key)
    ? 'is a key of one character that JSON escapes, which some releases of Node.js misread'
    : undefined
}

/**
 * `JSON.parse` of Node.js 24 and 26 (V8 13 and 14) gives such a key as a backslash, in objects of some shapes:
 * `{"length":1,"\\n":1,"then":3}` among others. Nobody's key is a quotation mark or a line feed alone.
 */
function isMisread(key: string): boolean {
  return key === '"' || (key.length === 1 && key < ' ')
}

function describeObject(value: object): string {
  const prototype = Object.getPrototypeOf(value)
  if (prototype === null) return 'an object without a prototype'
  const name: unknown = prototype.constructor?.name
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an instance of a class'
}

/** A literal, also one from another realm (a vm context, as some test runners use). */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return true
  return prototype !== null && Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

function isForeignArray(value: readonly unknown[]): boolean {
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(prototype) && Object.hasOwn(prototype, 'flatMap')
}

function toPathText(path: readonly (string | number)[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : toKeyText(step))).join('')
}

function toKeyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}
