import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { dropUndefined, findJsonProblem, MAX_NESTING } from '../../src/events/index.ts'

function pathOf(value: unknown): string | undefined {
  return findJsonProblem(value, 'data')?.path
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

describe('the JSON gate', () => {
  test.each([
    [undefined, 'data'],
    [{ a: undefined }, 'data.a'],
    [{ 'a b': [{ c: Number.NaN }] }, 'data["a b"][0].c'],
    [[[], [1, -0]], 'data[1][1]'],
    [{ '1': 1n }, 'data["1"]'],
    [{ 'quo"te': () => 1 }, 'data["quo\\"te"]'],
    [{ $_a1: Symbol('x') }, 'data.$_a1'],
    [JSON.parse('{"deep":{"__proto__":1}}'), 'data.deep.__proto__'],
  ])('%# names the path to the bad value', (value, path) => {
    expect(pathOf(value)).toBe(path)
  })

  test('names the first of several bad values, depth first', () => {
    expect(pathOf({ good: 1, first: { bad: 1n }, second: 1n })).toBe('data.first.bad')
  })

  test('says what the value is, and what to do', () => {
    expect(findJsonProblem({ at: new Date() }, 'data')?.problem).toMatch(/a Date.*convert/)
    expect(findJsonProblem({ at: undefined }, 'data')?.problem).toMatch(/undefined.*leave it out/)
    expect(findJsonProblem(1n, 'data')?.problem).toMatch(/bigint.*string/)
    expect(findJsonProblem(Number.NaN, 'data')?.problem).toMatch(/NaN/)
  })

  test('takes literals of another realm, and no class instances of it', () => {
    expect(pathOf(runInNewContext('({ list: [1, { a: "b" }] })'))).toBeUndefined()
    expect(pathOf(runInNewContext('({ at: new Date() })'))).toBe('data.at')
    expect(pathOf(runInNewContext('new (class List extends Array {})()'))).toBe('data')
  })

  test(`takes ${MAX_NESTING} levels of nesting, and names where the next begins`, () => {
    expect(pathOf(nested(MAX_NESTING))).toBeUndefined()
    expect(pathOf(nested(MAX_NESTING + 1))).toBe(`data${'[0]'.repeat(MAX_NESTING)}`)
  })

  test('takes the same object in two places, but not inside itself', () => {
    const shared = { a: 1 }
    expect(pathOf([shared, { shared }])).toBeUndefined()
    const circle: Record<string, unknown> = { list: [] }
    circle.list = [circle]
    expect(pathOf(circle)).toBe('data.list[0]')
  })

  test('ends at a value that unfolds to more than anybody could read', () => {
    let value: unknown = 1
    for (let level = 0; level < 90; level++) value = [value, value]
    expect(findJsonProblem(value, 'data')?.problem).toContain('more than 1048576 values')
  })

  test('leaves the value alone', () => {
    const value = Object.freeze({ list: Object.freeze([1, Object.freeze({ a: null })]) })
    expect(pathOf(value)).toBeUndefined()
  })
})

describe('dropUndefined', () => {
  test('drops properties that are undefined, at any depth, and nothing else', () => {
    const value = { a: undefined, b: [{ c: undefined, d: 1 }, null], e: { f: undefined }, g: 0, h: '' }
    expect(dropUndefined(value)).toStrictEqual({ b: [{ d: 1 }, null], e: {}, g: 0, h: '' })
  })

  test('leaves what is no plain object for the gate to refuse', () => {
    const date = new Date()
    expect(dropUndefined({ date, list: [undefined] })).toStrictEqual({ date, list: [undefined] })
  })

  test('gives objects without a prototype the usual one', () => {
    const value = Object.assign(Object.create(null), { a: 1 })
    expect(dropUndefined({ value })).toStrictEqual({ value: { a: 1 } })
  })

  test('does not follow a key that is __proto__', () => {
    const value = JSON.parse('{"__proto__":{"admin":true}}')
    expect((dropUndefined(value) as { admin?: boolean }).admin).toBeUndefined()
  })
})
