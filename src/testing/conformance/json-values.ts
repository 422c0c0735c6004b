/**
 * Values by chance: such as must come back deep-equal, and such as must be refused, each with the path at which it
 * was hidden.
 */
import type { JsonValue } from '../../events/index.ts'
import type { Random } from '../random.ts'
import { range } from './builders.ts'

const NUMBERS = [0, 1, -1, 0.1, 1.5, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 53), 2 ** 53 + 2, 1e21, 1e-7, 123456789.123]
const STRINGS = [
  '',
  ' ',
  'plain',
  'ünïcödé',
  '類型',
  '😀 beyond the first plane',
  '👩‍👩‍👧‍👦',
  'e\u0301',
  '\u0001\u0002\u001f\u007f\u0085',
  '\n\r\t\b\f',
  '\u2028\u2029\ufeff\ufffd\uffff',
  '"quotes" and \\backslashes\\ and \'apostrophes\'',
  '\\u0000',
  '\\x00',
  "'; drop table events; --",
  '$1 %s %% {} #{x}',
  '{"json":"in a string"}',
  'null',
  'NaN',
  '2026-03-31T12:00:00.000Z',
  '\\N',
  '\\.',
  'a\tb\nc\\d',
]
const KEYS = [
  '',
  ' ',
  'key',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'length',
  'toJSON',
  '0',
  '1',
  '10',
  '2',
  '-1',
  '01',
  'a.b',
  'a[0]',
  '""',
  '\\',
  "'",
  '\n\n',
  'ключ',
  '😀',
  'then',
  'k'.repeat(300),
]

/** A value that every engine must give back as it was. */
export function acceptable(random: Random, depth = 5): JsonValue {
  if (depth === 0 || random.chance(0.35)) return leaf(random)
  const size = random.integer(0, 4)
  if (random.chance(0.4)) return range(1, size).map(() => acceptable(random, depth - 1))
  return Object.fromEntries(range(1, size).map(() => [random.pick(KEYS), acceptable(random, depth - 1)]))
}

function leaf(random: Random): JsonValue {
  switch (random.integer(0, 5)) {
    case 0:
      return random.pick([true, false, null])
    case 1:
      return random.pick(NUMBERS)
    case 2:
      return numberAtRandom(random)
    case 3:
      return textAtRandom(random)
    default:
      return random.pick(STRINGS)
  }
}

function numberAtRandom(random: Random): number {
  const magnitude = 10 ** random.integer(-300, 300)
  return random.pick([1, -1]) * (random.next() + 0.1) * magnitude
}

/** Any characters at all, but U+0000 and halves of pairs. */
function textAtRandom(random: Random): string {
  const codePoint = () => {
    const code = random.chance(0.5) ? random.integer(1, 0x2ff) : random.integer(1, 0x10ffff)
    return code >= 0xd800 && code <= 0xdfff ? 0x20 : code
  }
  return String.fromCodePoint(...range(1, random.integer(1, 12)).map(codePoint))
}

export type Step = string | number

/** Something to be refused: makes the value, and says how much further than the value itself the path leads. */
interface Poison {
  readonly title: string
  make(): unknown
  readonly below?: readonly Step[]
}

class Account {
  readonly balance = 1
}

class List extends Array<unknown> {}

function poison(title: string, make: () => unknown, ...below: Step[]): Poison {
  return { title, make, below }
}

function withSymbol<T extends object>(value: T): T {
  return Object.assign(value, { [Symbol('own')]: 1 })
}

function withHole(): unknown {
  const list = [1, 2, 3]
  delete list[1]
  return list
}

function cycle(): unknown {
  const list: unknown[] = [1]
  list.push({ again: list })
  return list
}

export const POISONS: readonly Poison[] = [
  poison('undefined', () => undefined),
  poison('NaN', () => Number.NaN),
  poison('Infinity', () => Number.POSITIVE_INFINITY),
  poison('-Infinity', () => Number.NEGATIVE_INFINITY),
  poison('-0', () => -0),
  poison('a bigint', () => 1n),
  poison('a symbol', () => Symbol('s')),
  poison('a function', () => () => 1),
  poison('a class', () => Account),
  poison('a Date', () => new Date(0)),
  poison('a Map', () => new Map([['a', 1]])),
  poison('a Set', () => new Set([1])),
  poison('a RegExp', () => /x/),
  poison('an Error', () => new Error('x')),
  poison('a Promise', () => Promise.resolve(1)),
  poison('a Buffer', () => Buffer.from('x')),
  poison('a typed array', () => new Float64Array(2)),
  poison('an ArrayBuffer', () => new ArrayBuffer(2)),
  poison('a URL', () => new URL('https://example.org')),
  poison('a boxed number', () => Object(1)),
  poison('a boxed string', () => Object('x')),
  poison('a boxed boolean', () => Object(true)),
  poison('an instance of a class', () => new Account()),
  poison('a subclass of Array', () => List.from([1])),
  poison('an object without a prototype', () => Object.create(null)),
  poison('an object that inherits', () => Object.create({ inherited: 1 })),
  poison('U+0000', () => 'a\u0000b'),
  poison('a high surrogate alone', () => 'a\ud83d'),
  poison('a low surrogate alone', () => '\ude00b'),
  poison('a pair the wrong way round', () => '\ude00\ud83d'),
  poison('a key with U+0000', () => ({ 'a\u0000': 1 }), 'a\u0000'),
  poison('a key with half a pair', () => ({ '\ud83d': 1 }), '\ud83d'),
  poison('a key that is a line feed', () => ({ '\n': 1 }), '\n'),
  poison('a key that is a quotation mark', () => ({ '"': 1 }), '"'),
  poison('a key __proto__', () => JSON.parse('{"__proto__":{"admin":true}}'), '__proto__'),
  poison('a key that is a symbol', () => withSymbol({ a: 1 })),
  poison('an array with a symbol', () => withSymbol([1])),
  poison('an array with a named property', () => Object.assign([1], { name: 'x' })),
  poison('a hole in an array', withHole, 1),
  poison('an array that is one hole', () => Array(1), 0),
  poison('an undefined property', () => ({ a: 1, b: undefined }), 'b'),
  poison('an undefined item', () => [1, undefined], 1),
  poison('a toJSON of its own', () => ({ toJSON: () => 1 }), 'toJSON'),
  poison('a method', () => ({ a: 1, run() {} }), 'run'),
  poison('a circle', cycle, 1, 'again'),
]

/** A value with the poison somewhere in it, and the path to it from `root`, as errors write paths. */
export function hide(random: Random, { make, below = [] }: Poison, root: string): { value: unknown; path: string } {
  const steps: Step[] = []
  let value = make()
  for (let depth = random.integer(0, 6); depth > 0; depth--) {
    const wrapped = wrap(random, value)
    value = wrapped.value
    steps.unshift(wrapped.step)
  }
  return { value, path: root + [...steps, ...below].map(toPathText).join('') }
}

function wrap(random: Random, value: unknown): { value: unknown; step: Step } {
  const siblings = range(1, random.integer(1, 3)).map(() => acceptable(random, 1))
  if (random.chance(0.5)) {
    const place = random.integer(0, siblings.length)
    return { value: siblings.toSpliced(place, 0, value as JsonValue), step: place }
  }
  const key = random.pick(KEYS)
  const others = siblings.map((sibling, place) => [`sibling ${place}`, sibling])
  return { value: Object.fromEntries([...others, [key, value]]), step: key }
}

function toPathText(step: Step): string {
  if (typeof step === 'number') return `[${step}]`
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
}
