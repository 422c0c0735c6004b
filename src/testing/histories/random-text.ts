/** Texts at random, from what a JSON Schema says of them. */
import type { Random } from '../random.ts'
import { randomMatch } from './random-match.ts'

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
/** Each one UTF-16 unit, so that lengths are what every validator takes them for. */
const UNUSUAL = [...'ÄéßñÅ中文עבر"\'\\/<>&%$ \t\n']
const LONGEST = 12

/** Of the formats that validators name. */
const FORMATS: Readonly<Record<string, (random: Random) => string>> = {
  uuid: (random) => `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
  email: (random) => `${word(random)}@${word(random)}.example`,
  uri: (random) => `https://${word(random)}.example/${word(random)}`,
  date: (random) => day(random),
  time: (random) => clock(random),
  'date-time': (random) => `${day(random)}T${clock(random)}Z`,
  ipv4: (random) => Array.from({ length: 4 }, () => random.integer(0, 255)).join('.'),
}

/** What is looked at of a text's schema. */
export interface TextSchema {
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
}

export function randomText(random: Random, schema: TextSchema): string {
  const { format, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  const inFormat = format === undefined ? undefined : FORMATS[format]
  if (inFormat !== undefined) return inFormat(random)
  const match = pattern === undefined ? undefined : randomMatch(random, pattern)
  if (match !== undefined) return match
  const shortest = Math.min(maxLength, Math.max(minLength, random.chance(0.9) ? 1 : 0))
  const length = random.integer(shortest, Math.min(maxLength, shortest + LONGEST))
  const isUnusual = random.chance(0.2)
  return Array.from({ length }, () => random.pick(isUnusual ? UNUSUAL : LETTERS)).join('')
}

function word(random: Random): string {
  return Array.from({ length: random.integer(3, 8) }, () => random.pick(LETTERS)).join('')
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join('')
}

function day(random: Random): string {
  return new Date(Date.UTC(2000, 0, random.integer(1, 11_000))).toISOString().slice(0, 'YYYY-MM-DD'.length)
}

function clock(random: Random): string {
  const two = (most: number) => String(random.integer(0, most)).padStart(2, '0')
  return `${two(23)}:${two(59)}:${two(59)}`
}
