import { describe, expect, test } from 'vitest'
import { assertStreamName, findNameProblem, joinStreamName, quote, toStreamName } from '../../src/events/index.ts'

describe('stream names', () => {
  test.each([
    ['account-A17', 'account', 'A17'],
    ['order-2026-03-1', 'order', '2026-03-1'],
    ['a--', 'a', '-'],
    ['😀-類', '😀', '類'],
  ])('%s is a category and an id', (name, category, id) => {
    expect(() => assertStreamName(name)).not.toThrow()
    expect(toStreamName(name)).toEqual({ name, category, id })
    expect(joinStreamName(category, id)).toBe(name)
  })

  test.each(['', 'account', '-1', 'account-', 'a-\n', 'a-\u0000', 'a-\ud800', `a-${'x'.repeat(254)}`, null, 7, {}])(
    '%j names no stream',
    (name) => {
      expect(() => assertStreamName(name)).toThrow(
        expect.objectContaining({ code: 'invalid-argument', details: expect.objectContaining({ argument: 'stream' }) }),
      )
    },
  )

  test('an error says what a stream is named like, and quotes a long name in part', () => {
    expect(() => assertStreamName('x'.repeat(1_000))).toThrow(/"x{50,80}….*such as account-A17/)
  })
})

describe('names', () => {
  test('are counted in UTF-16 units, as JavaScript counts', () => {
    expect(findNameProblem('😀😀', 4)).toBeUndefined()
    expect(findNameProblem('😀😀', 3)).toMatch(/longer than 3/)
  })

  test('may hold anything but control characters and half pairs', () => {
    expect(findNameProblem(`"quotes", \\, ', %, 類, \u2028, \ufeff`, 128)).toBeUndefined()
    for (const bad of ['\u0000', '\u001f', '\u007f', '\u0085', '\u009f', '\t', '\n']) {
      expect(findNameProblem(`a${bad}`, 9)).toMatch(/control character/)
    }
    expect(findNameProblem('\udc00', 9)).toMatch(/surrogate/)
  })

  test('are quoted for messages', () => {
    expect(quote('a"b\n')).toBe('"a\\"b\\n"')
    expect(quote(null)).toBe('null')
  })
})
