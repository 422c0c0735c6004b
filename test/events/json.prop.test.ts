import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyJson, findJsonProblem } from '../../src/events/index.ts'

const RUNS = { numRuns: 2_000 }

/** Anything that JavaScript can hold, bad values included. */
const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
})

function roundTrips(value: unknown): boolean {
  try {
    expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value)
    return true
  } catch {
    return false
  }
}

describe('the JSON gate', () => {
  test('whatever passes survives a round trip', () => {
    fc.assert(
      fc.property(anything, (value) => {
        fc.pre(findJsonProblem(value, 'data') === undefined)
        expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value)
      }),
      RUNS,
    )
  })

  test('whatever JSON itself gives passes, but for __proto__, U+0000 and keys of one escaped character', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
        fc.pre(!/"\\(?:["bfnrt]|u00[01][\da-f])"\s*:/i.test(text))
        fc.pre(!text.includes('__proto__') && !text.includes('\\u0000') && !/(?<![\d.])-0(?![.\d])/.test(text))
        const value: unknown = JSON.parse(text)
        fc.pre(roundTrips(value))
        expect(findJsonProblem(value, 'data')).toBeUndefined()
      }),
      RUNS,
    )
  })
})

describe('copyJson', () => {
  test('gives an equal value that shares no object with the original', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copied = copyJson(value)
        expect(copied).toStrictEqual(value)
        const originals = new Set(objectsIn(value))
        expect(objectsIn(copied).filter((each) => originals.has(each))).toEqual([])
      }),
      RUNS,
    )
  })
})

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}
