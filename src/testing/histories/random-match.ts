/**
 * A text that matches a regular expression, where it is one of those that people write for codes and numbers: letters,
 * classes, groups, alternatives, repetitions. Others (looking ahead, back references) have none here.
 */
import type { Random } from '../random.ts'

/** What `*` and `+` add at most. */
const MORE = 3
const ANY = [...'abcxyzABCXYZ0123456789']
const CLASSES: Readonly<Record<string, readonly string[]>> = { d: [...'0123456789'], w: [...ANY, '_'], s: [' '] }

/** Undefined when the pattern says more than is known here. */
export function randomMatch(random: Random, pattern: string): string | undefined {
  const reading: Reading = { random, pattern, at: 0 }
  try {
    const text = readAlternatives(reading)
    return reading.at === pattern.length && new RegExp(pattern, 'u').test(text) ? text : undefined
  } catch (error) {
    if (error instanceof UnknownPattern || error instanceof SyntaxError) return undefined
    throw error
  }
}

class UnknownPattern extends Error {}

interface Reading {
  readonly random: Random
  readonly pattern: string
  at: number
}

function readAlternatives(reading: Reading): string {
  const choices = [readSequence(reading)]
  while (accept(reading, '|')) choices.push(readSequence(reading))
  return reading.random.pick(choices)
}

function readSequence(reading: Reading): string {
  let text = ''
  while (reading.at < reading.pattern.length && !'|)'.includes(peek(reading))) text += readRepeated(reading)
  return text
}

/** The piece is read anew for each repetition, so that repetitions differ. */
function readRepeated(reading: Reading): string {
  const start = reading.at
  const once = readPiece(reading)
  const end = reading.at
  const [least, most] = readCount(reading)
  const after = reading.at
  const count = reading.random.integer(least, most)
  const pieces = Array.from({ length: count }, (_, place) => {
    if (place === 0) return once
    reading.at = start
    const piece = readPiece(reading)
    if (reading.at !== end) throw new Error('Invariant: a piece is as long each time.')
    return piece
  })
  reading.at = after
  return pieces.join('')
}

function readCount(reading: Reading): readonly [least: number, most: number] {
  const [text, least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(reading.pattern.slice(reading.at)) ?? []
  if (text !== undefined) {
    reading.at += text.length
    return [
      Number(least),
      most === '' || most === undefined ? Number(least) + (comma === ',' ? MORE : 0) : Number(most),
    ]
  }
  if (accept(reading, '?')) return [0, 1]
  if (accept(reading, '*')) return [0, MORE]
  return accept(reading, '+') ? [1, 1 + MORE] : [1, 1]
}

function readPiece(reading: Reading): string {
  const character = next(reading)
  switch (character) {
    case '^':
    case '$':
      return ''
    case '.':
      return reading.random.pick(ANY)
    case '[':
      return reading.random.pick(readClass(reading))
    case '\\':
      return reading.random.pick(readEscaped(reading))
    case '(':
      return readGroup(reading)
    default:
      if ('?*+{}'.includes(character)) throw new UnknownPattern()
      return character
  }
}

function readGroup(reading: Reading): string {
  if (accept(reading, '?') && !accept(reading, ':')) throw new UnknownPattern()
  const text = readAlternatives(reading)
  if (!accept(reading, ')')) throw new UnknownPattern()
  return text
}

function readClass(reading: Reading): readonly string[] {
  if (peek(reading) === '^') throw new UnknownPattern()
  const characters: string[] = []
  while (!accept(reading, ']')) {
    const from = readInClass(reading)
    const [first] = from
    const isRange = from.length === 1 && peek(reading) === '-' && reading.pattern[reading.at + 1] !== ']'
    if (!isRange || first === undefined) {
      characters.push(...from)
      continue
    }
    reading.at++
    const [last = first] = readInClass(reading)
    for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++) characters.push(String.fromCharCode(code))
  }
  return characters
}

function readInClass(reading: Reading): readonly string[] {
  const character = next(reading)
  return character === '\\' ? readEscaped(reading) : [character]
}

function readEscaped(reading: Reading): readonly string[] {
  const character = next(reading)
  const known = CLASSES[character]
  if (known !== undefined) return known
  if (/[a-z0-9]/i.test(character)) throw new UnknownPattern()
  return [character]
}

function peek({ pattern, at }: Reading): string {
  return pattern[at] ?? ''
}

function next(reading: Reading): string {
  const character = peek(reading)
  if (character === '') throw new UnknownPattern()
  reading.at++
  return character
}

function accept(reading: Reading, character: string): boolean {
  const isThere = peek(reading) === character
  if (isThere) reading.at++
  return isThere
}
