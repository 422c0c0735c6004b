/** The shapes of events, locked in a file, and what becomes of them. */
import { type } from 'arktype'
import { compareWithLock, event, retired, type SchemaReader, toSchemaLock } from 'daybook'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const v1 = z.object({ amount: z.int(), note: z.string().optional() })
const Withdrawn = event('Withdrawn', v1)

function kinds(before: readonly SchemaReader[], after: readonly SchemaReader[]): string[] {
  // As it is read from the file.
  const lock = JSON.parse(JSON.stringify(toSchemaLock(before)))
  return compareWithLock(lock, after).map(({ kind, type, schemaVersion }) => `${kind} ${type} ${schemaVersion}`)
}

describe('a lock', () => {
  test('holds the stored shape of each version, as JSON Schema, in a settled order', () => {
    const Defaulted = event('Defaulted', z.object({ channel: z.string().default('branch') }))
    expect(toSchemaLock([Withdrawn, Defaulted])).toEqual({
      format: 1,
      events: {
        Defaulted: {
          1: {
            additionalProperties: false,
            properties: { channel: { type: 'string' } },
            required: ['channel'],
            type: 'object',
          },
        },
        Withdrawn: {
          1: {
            additionalProperties: false,
            properties: { amount: expect.objectContaining({ type: 'integer' }), note: { type: 'string' } },
            required: ['amount'],
            type: 'object',
          },
        },
      },
    })
    expect(JSON.stringify(toSchemaLock([Defaulted, Withdrawn]))).toBe(
      JSON.stringify(toSchemaLock([Withdrawn, Defaulted])),
    )
  })

  test('is kept by the same definitions, written anew', () => {
    expect(
      kinds([Withdrawn], [event('Withdrawn', z.object({ note: z.string().optional(), amount: z.int() }))]),
    ).toEqual([])
  })

  test('is kept where only words are changed, or what is made where something is missing', () => {
    const describedAs = (words: string) =>
      event(
        'Noted',
        z.object({ description: z.string().describe(words), default: z.string().default(words) }).describe(words),
      )
    expect(kinds([describedAs('one')], [describedAs('other')])).toEqual([])
    expect(kinds([describedAs('one')], [event('Noted', z.object({ default: z.string() }))])).toEqual([
      'changed Noted 1',
    ])
  })

  test('holds events by any name', () => {
    const odd = ['__proto__', 'constructor', 'toString'].map((name) => event(name, v1))
    expect(kinds(odd, odd)).toEqual([])
    expect(kinds(odd, [])).toEqual(['gone __proto__ 1', 'gone constructor 1', 'gone toString 1'])
  })

  test('is broken by a shape that was changed in place, and says where', () => {
    const changed = event('Withdrawn', z.object({ amount: z.string(), note: z.string(), lines: z.array(z.string()) }))
    const [difference, ...others] = compareWithLock(toSchemaLock([Withdrawn]), [changed])
    expect(others).toEqual([])
    expect(difference).toMatchObject({ kind: 'changed', type: 'Withdrawn', schemaVersion: 1 })
    expect(difference?.changes).toContainEqual({
      path: 'data.amount',
      keyword: 'type',
      before: '"integer"',
      after: '"string"',
    })
    expect(difference?.changes).toContainEqual({
      path: 'data',
      keyword: 'required',
      before: '["amount"]',
      after: '["amount","lines","note"]',
    })
    expect(difference?.message).toMatch(
      /add the new one with \.next\(schema, upcast\)\..*data\.amount, type: was "integer", is "string"/s,
    )
  })

  test('names the part of the data that differs, however deep', () => {
    const list = (price: z.ZodType<number>) => event('Ordered', z.object({ items: z.array(z.object({ price })) }))
    const [difference] = compareWithLock(toSchemaLock([list(z.number())]), [list(z.number().max(9))])
    expect(difference?.changes).toEqual([
      { path: 'data.items[].price', keyword: 'maximum', before: undefined, after: '9' },
    ])
  })

  test('is kept by a new version, which is to be locked', () => {
    const next = Withdrawn.next(z.object({ amount: z.int(), channel: z.string() }), ({ amount }) => ({
      amount,
      channel: '',
    }))
    expect(kinds([Withdrawn], [next])).toEqual(['new Withdrawn 2'])
  })

  test('is broken by an event or a version that is gone, and not where it was said what became of it', () => {
    const next = Withdrawn.next(v1, (before) => before)
    expect(kinds([next], [Withdrawn])).toEqual(['gone Withdrawn 2'])
    expect(kinds([Withdrawn], [event('Taken', v1)])).toEqual(['gone Withdrawn 1', 'new Taken 1'])
    expect(kinds([Withdrawn], [event('Taken', v1).renamedFrom('Withdrawn')])).toEqual(['new Taken 1'])
    expect(kinds([Withdrawn], [retired('Withdrawn').dropped()])).toEqual([])
    expect(kinds([Withdrawn], [retired('Withdrawn', v1).dropped()])).toEqual([])
    const Old = retired('Withdrawn', v1).splitInto('Withdrawn', 'Noted')
    const parts = [
      event('Withdrawn', z.object({ amount: z.int() })).splitFrom(Old, ({ amount }) => ({ amount })),
      event('Noted', z.object({ note: z.string() })).splitFrom(Old, ({ note }) => (note === undefined ? [] : { note })),
    ]
    expect(kinds([Withdrawn], parts)).toEqual(['new Noted 1', 'new Withdrawn 2'])
  })

  test('tells shapes apart whose validator gives no JSON Schema, by a fingerprint', () => {
    const by = (schema: v.GenericSchema<{ amount: number }>) => event('Paid', schema)
    const paid = () => by(v.object({ amount: v.pipe(v.number(), v.minValue(1)) }))
    expect(toSchemaLock([paid()]).events.Paid?.[1]).toEqual({ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(kinds([paid()], [paid()])).toEqual([])
    expect(kinds([paid()], [by(v.object({ amount: v.pipe(v.number(), v.minValue(2)) }))])).toEqual(['changed Paid 1'])
    expect(kinds([paid()], [by(v.object({ amount: v.number(), more: v.string() }) as never)])).toEqual([
      'changed Paid 1',
    ])
    const dated = () => event('Dated', z.object({ at: z.date().transform((at) => at.toISOString()) }))
    expect(kinds([dated()], [dated()])).toEqual([])
  })

  test('does not tell validators apart that mean the same', () => {
    expect(kinds([event('A', type({ amount: 'number' }))], [event('A', type({ amount: 'number' }))])).toEqual([])
    expect(kinds([event('A', type({ amount: 'number' }))], [event('A', type({ amount: 'string' }))])).toEqual([
      'changed A 1',
    ])
  })

  test('holds every shape of an event that two definitions read, each in its own', () => {
    const one = event('A', z.object({ a: z.string() }))
    const other = event('A', z.object({ b: z.string() }))
    expect(kinds([one, other], [other, one])).toEqual([])
    expect(kinds([one, other], [one])).toEqual(['changed A 1'])
  })
})
