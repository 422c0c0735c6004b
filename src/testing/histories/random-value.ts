/**
 * Values at random, from a JSON Schema: small ones mostly, and now and then one of those that are often forgotten (the
 * least and the most, the empty text, letters that are more than one). What a schema says beyond JSON Schema, a
 * validator has to judge.
 */
import type { JsonSchema } from '../../events/index.ts'
import type { Random } from '../random.ts'
import { randomText, type TextSchema } from './random-text.ts'

/** What is looked at of a JSON Schema; validators write it, so it is taken at its word. */
interface Schema extends TextSchema {
  readonly $ref?: string
  readonly allOf?: readonly unknown[]
  readonly anyOf?: readonly unknown[]
  readonly oneOf?: readonly unknown[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly type?: string | readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly items?: unknown
  readonly prefixItems?: readonly unknown[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly propertyNames?: unknown
}

/** Deeper than this, what may be left out is: a schema may refer to itself. */
const DEEPEST = 4
/** How many more items an array gets than it must have, at most. */
const MORE_ITEMS = 3
/** What people count. Sums of many such still are whole numbers that JSON can carry. */
const USUALLY_UP_TO = 100
const SOMETIMES_UP_TO = 1_000_000

export function randomValue(random: Random, schema: JsonSchema): unknown {
  return make({ random, root: schema, depth: 0 }, schema)
}

interface Making {
  readonly random: Random
  readonly root: Schema
  readonly depth: number
}

function make(making: Making, given: unknown): unknown {
  const { random } = making
  const schema = resolve(making, given)
  if ('const' in schema) return schema.const
  if (schema.enum !== undefined) return random.pick(schema.enum)
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  if (choices.length > 0) return make(deeper(making), random.pick(leaves(making, choices)))
  switch (typeOf(making, schema)) {
    case 'null':
      return null
    case 'boolean':
      return random.chance(0.5)
    case 'integer':
    case 'number':
      return makeNumber(random, schema)
    case 'string':
      return randomText(random, schema)
    case 'array':
      return makeArray(deeper(making), schema)
    default:
      return makeObject(deeper(making), schema)
  }
}

function deeper(making: Making): Making {
  return { ...making, depth: making.depth + 1 }
}

/** The schema itself, references followed and parts put together. */
function resolve(making: Making, given: unknown): Schema {
  // `true` and `{}` allow anything; a text is as good as any.
  if (typeof given !== 'object' || given === null || Object.keys(given).length === 0) return { type: 'string' }
  const { $ref, allOf, ...schema } = given as Schema
  const referred = $ref !== undefined ? resolve(making, follow(making.root, $ref)) : {}
  const parts = (allOf ?? []).map((each) => resolve(making, each))
  return [referred, ...parts, schema].reduce<Schema>(join, {})
}

function follow(root: Schema, reference: string): unknown {
  const steps = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
  return steps.reduce<unknown>(
    (schema, step) =>
      (schema as Readonly<Record<string, unknown>> | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  )
}

function join(one: Schema, other: Schema): Schema {
  const properties = { ...one.properties, ...other.properties }
  const required = [...(one.required ?? []), ...(other.required ?? [])]
  const isObject = Object.keys(properties).length > 0
  return { ...one, ...other, ...(isObject ? { properties, required } : {}) }
}

/** Deep down, those choices that go no deeper. */
function leaves({ depth }: Making, choices: readonly unknown[]): readonly unknown[] {
  const flat = choices.filter((each) => !JSON.stringify(each).includes('"$ref"'))
  return depth >= DEEPEST && flat.length > 0 ? flat : choices
}

function typeOf({ random }: Making, schema: Schema): unknown {
  const { type } = schema
  if (typeof type === 'object') return random.pick(type)
  if (type !== undefined) return type
  if ('items' in schema || 'prefixItems' in schema) return 'array'
  return 'minimum' in schema || 'maximum' in schema ? 'number' : 'object'
}

function makeNumber(random: Random, schema: Schema): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const step = multipleOf ?? (schema.type === 'integer' ? 1 : 0.01)
  const least = Math.ceil((minimum ?? exclusiveMinimum ?? Number.NEGATIVE_INFINITY) / step)
  const most = Math.floor((maximum ?? exclusiveMaximum ?? Number.POSITIVE_INFINITY) / step)
  const lowest = least * step === exclusiveMinimum ? least + 1 : least
  const highest = most * step === exclusiveMaximum ? most - 1 : most
  const reach = random.chance(0.9) ? USUALLY_UP_TO : SOMETIMES_UP_TO
  const from = Math.max(lowest, Math.min(highest, 0) - (lowest > 0 ? 0 : reach))
  const to = Math.min(highest, Math.max(lowest, 0) + (highest < 0 ? 0 : reach))
  const steps = random.chance(0.1) ? random.pick([from, to]) : random.integer(from, to)
  // As it is written, so that 3 × 0.1 is 0.3; and never -0.
  return Number((steps * step).toPrecision(15)) || 0
}

function makeArray(making: Making, schema: Schema): unknown[] {
  const { random, depth } = making
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema
  const first = (schema.prefixItems ?? []).map((each) => make(making, each))
  const isClosed = schema.items === false || (first.length > 0 && schema.items === undefined)
  const more = isClosed ? 0 : random.integer(0, depth >= DEEPEST ? 0 : MORE_ITEMS)
  const count = Math.min(maxItems, Math.max(minItems, first.length + more))
  const rest = Array.from({ length: Math.max(0, count - first.length) }, () => make(making, schema.items))
  if (schema.uniqueItems !== true) return [...first, ...rest]
  return [...new Map([...first, ...rest].map((item) => [JSON.stringify(item), item])).values()]
}

function makeObject(making: Making, schema: Schema): Readonly<Record<string, unknown>> {
  const { random, depth } = making
  const { properties = {}, additionalProperties, propertyNames } = schema
  const required = new Set(schema.required)
  const isThere = (key: string) => required.has(key) || (depth < DEEPEST && random.chance(0.5))
  const known = Object.keys(properties).filter(isThere)
  const entries = known.map((key) => [key, make(making, properties[key])] as const)
  if (typeof additionalProperties !== 'object' || depth >= DEEPEST) return Object.fromEntries(entries)
  const others = Array.from({ length: random.integer(0, MORE_ITEMS) }, () => {
    const key = String(make(making, propertyNames ?? { type: 'string', minLength: 1 }))
    return [key === '__proto__' ? 'proto' : key, make(making, additionalProperties)] as const
  })
  return Object.fromEntries([...others, ...entries])
}
