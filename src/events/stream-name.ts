import { DaybookError } from '../errors/index.ts'

/** `account-A17` is the stream of the thing `A17` in the category `account`: what stands before the first hyphen. */
export interface StreamName {
  readonly name: string
  readonly category: string
  readonly id: string
}

/** Long enough for a category and two UUIDs with room to spare; in UTF-8 at most 765 bytes, which fits an index entry with its companions. */
export const MAX_STREAM_NAME_LENGTH = 255

export function toStreamName(name: string): StreamName {
  const hyphen = name.indexOf('-')
  return { name, category: name.slice(0, hyphen), id: name.slice(hyphen + 1) }
}

/** The stream's name, from its two halves. The category must not contain a hyphen. */
export function joinStreamName(category: string, id: string): string {
  return `${category}-${id}`
}

/** @throws `invalid-argument` when `name` cannot name a stream. */
export function assertStreamName(name: unknown): asserts name is string {
  const problem = findStreamNameProblem(name)
  if (problem === undefined) return
  const message = `The stream name ${quote(name)} ${problem}. A stream is named category-id, such as account-A17.`
  throw new DaybookError('invalid-argument', message, { argument: 'stream', problem })
}

/** What keeps `name` from naming a stream, or undefined. */
export function findStreamNameProblem(name: unknown): string | undefined {
  return findNameProblem(name, MAX_STREAM_NAME_LENGTH) ?? findHyphenProblem(name as string)
}

function findHyphenProblem(name: string): string | undefined {
  const hyphen = name.indexOf('-')
  return hyphen > 0 && hyphen < name.length - 1 ? undefined : 'lacks a category or an id'
}

/** What keeps a text from being a name of at most `maxLength` UTF-16 units, or undefined. */
export function findNameProblem(name: unknown, maxLength: number): string | undefined {
  if (typeof name !== 'string') return `is ${name === null ? 'null' : `of type ${typeof name}`}, not a string`
  if (name === '') return 'is empty'
  if (name.length > maxLength) return `is longer than ${maxLength} characters`
  if (!name.isWellFormed()) return 'holds a lone surrogate'
  return CONTROL_CHARACTER.test(name) ? 'holds a control character' : undefined
}

const CONTROL_CHARACTER = /\p{Cc}/u

/** For messages: the value as JSON, shortened. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
