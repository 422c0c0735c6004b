/** What a log holds, compared with what the code reads. */
import { type } from 'arktype'
import {
  aggregate,
  boundary,
  checkSchema,
  event,
  type NewEvent,
  open,
  readModel,
  retired,
  type SchemaReader,
  sqlProjection,
} from 'daybook'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const Opened = event('Opened', z.object({ owner: z.string() }))
const Withdrawn = event('Withdrawn', z.object({ amount: z.number() })).next(
  z.object({ amount: z.number(), channel: z.string() }),
  (v1) => ({ ...v1, channel: 'branch' }),
)
const Account = aggregate('account', { events: [Opened, Withdrawn], initial: {} }).evolve({
  Opened: (account) => account,
  Withdrawn: (account) => account,
})

async function check(events: readonly NewEvent[], readers: readonly SchemaReader[], sample?: number) {
  await using daybook = await open('memory:')
  if (events.length > 0) await daybook.append('account-A', events)
  return await checkSchema(daybook, readers, sample === undefined ? {} : { sample })
}

describe('the check of a log', () => {
  test('lists every type and version with its count, and how it is read', async () => {
    const SignedUp = retired('SignedUp', z.object({ name: z.string() })).splitInto('Opened')
    const OpenedBySignUp = event('Opened', z.object({ owner: z.string() })).splitFrom(SignedUp, ({ name }) => ({
      owner: name,
    }))
    const report = await check(
      [
        Opened({ owner: 'Ada' }),
        { type: 'SignedUp', data: { name: 'Eva' } },
        { type: 'Withdrawn', data: { amount: 1 } },
        Withdrawn({ amount: 2, channel: 'atm' }),
        { type: 'Warmed', data: 0 },
        { type: 'Warmed', data: 0, schemaVersion: 9 },
        Opened({ owner: 'Bo' }),
      ],
      [OpenedBySignUp, Withdrawn, SignedUp, retired('Warmed').dropped()],
    )
    expect(report.isReadable).toBe(true)
    expect(
      report.types.map(({ type, schemaVersion, events, reading }) => [type, schemaVersion, events, reading]),
    ).toEqual([
      ['Opened', 1, 2, 'as it is'],
      ['SignedUp', 1, 1, 'split'],
      ['Warmed', 1, 1, 'dropped'],
      ['Warmed', 9, 1, 'dropped'],
      ['Withdrawn', 1, 1, 'upcast'],
      ['Withdrawn', 2, 1, 'as it is'],
    ])
  })

  test('reports a type that nobody defines, and a version that is newer, with the first position', async () => {
    const report = await check(
      [Opened({ owner: 'Ada' }), { type: 'Surprise', data: {} }, { type: 'Opened', data: {}, schemaVersion: 2 }],
      [Account],
    )
    expect(report.isReadable).toBe(false)
    const problems = report.types.filter(({ problem }) => problem !== undefined)
    expect(problems).toMatchObject([
      { type: 'Opened', schemaVersion: 2, reading: 'none', problem: { position: 3 } },
      { type: 'Surprise', schemaVersion: 1, reading: 'none', problem: { position: 2 } },
    ])
    expect(problems[0]?.problem?.message).toMatch(/this code knows 1\. Run the release that wrote it/)
    expect(problems[1]?.problem?.message).toMatch(/^No definition reads Surprise/)
  })

  test('reports what an aggregate lacks, though others read it', async () => {
    const report = await check(
      [Opened({ owner: 'Ada' }), { type: 'Noted', data: {} }],
      [Account, event('Noted', z.object({}))],
    )
    expect(report.types.find((each) => each.type === 'Noted')?.problem).toMatchObject({
      position: 2,
      message: expect.stringMatching(/^The aggregate account does not read Noted/),
    })
  })

  test('reports a split that loses a part', async () => {
    const SignedUp = retired('SignedUp', z.object({})).splitInto('Opened', 'Lost')
    const report = await check(
      [{ type: 'SignedUp', data: {} }],
      [SignedUp, Opened.splitFrom(SignedUp, () => undefined)],
    )
    expect(report.types[0]?.problem?.message).toMatch(/no definition takes its part Lost/)
  })

  test('takes what read models, boundaries and projections in SQL read', async () => {
    const readers = [
      readModel('m', { events: [Opened], key: () => 'all', initial: {} }).evolve({ Opened: (row) => row }),
      boundary('b', { events: [Opened], tags: () => [], initial: {} }).evolve({ Opened: (state) => state }),
      sqlProjection('s', { events: [Opened], apply: async () => {} }),
    ]
    for (const reader of readers) {
      expect((await check([Opened({ owner: 'Ada' })], [reader])).isReadable).toBe(true)
      expect((await check([{ type: 'Withdrawn', data: { amount: 1 } }], [reader])).isReadable).toBe(false)
    }
  })

  test('of an empty log finds nothing wrong', async () => {
    expect(await check([], [])).toEqual({ log: 'main', isReadable: true, types: [] })
  })
})

describe('the sample of a check', () => {
  const many = Array.from({ length: 300 }, (_, n) => ({ type: 'Withdrawn', data: { amount: n } }))

  test('is the first, the last, and some between', async () => {
    const seen: unknown[] = []
    const Watched = event('Withdrawn', z.object({ amount: z.number() })).next(
      z.object({ amount: z.number() }),
      (v1) => {
        seen.push(v1.amount)
        return v1
      },
    )
    const report = await check(many, [Watched], 4)
    expect(report.types[0]).toMatchObject({ sampled: 4, failed: 0 })
    // Each twice, as an upcaster is pure.
    expect(seen).toEqual([0, 0, 100, 100, 199, 199, 299, 299])
  })

  test('is everything where there are no more, and nothing where none is wanted', async () => {
    expect((await check(many, [Account], 300)).types[0]?.sampled).toBe(300)
    expect((await check(many, [Account], Number.POSITIVE_INFINITY)).types[0]?.sampled).toBe(300)
    expect((await check(many, [Account], 0)).types[0]?.sampled).toBe(0)
    await expect(check(many, [Account], -1)).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(check(many, [Account], Number.NaN)).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('leaves alone what is dropped', async () => {
    const report = await check(many, [retired('Withdrawn', z.object({ amount: z.string() })).dropped()])
    expect(report.types[0]).toMatchObject({ reading: 'dropped', sampled: 0 })
  })

  test('reports the first event that is upcast to what today’s schema refuses, with its path', async () => {
    const history = [...many]
    history[41] = { type: 'Withdrawn', data: { amount: 'much' as unknown as number } }
    history[77] = { type: 'Withdrawn', data: {} as { amount: number } }
    const report = await check(history, [Account], 1_000)
    expect(report.types[0]).toMatchObject({ sampled: 300, failed: 2, problem: { position: 42, path: 'data.amount' } })
  })

  test('reports an upcaster that throws, and one that is not pure', async () => {
    const throwing = event('Withdrawn', z.object({ amount: z.number() })).next(z.object({}), ({ amount }) => {
      if (amount > 4) throw new Error('too much')
      return {}
    })
    const clock = event('Withdrawn', z.object({ amount: z.number() })).next(z.object({ at: z.number() }), () => ({
      at: Math.random(),
    }))
    const mutating = event('Withdrawn', z.object({ amount: z.number() })).next(
      z.object({ amount: z.number() }),
      (v1) => {
        v1.amount++
        return v1
      },
    )
    expect((await check(many.slice(0, 9), [throwing])).types[0]?.problem).toMatchObject({
      position: 6,
      message: expect.stringMatching(/too much/),
    })
    for (const impure of [clock, mutating]) {
      expect((await check(many, [impure])).types[0]?.problem?.message).toMatch(/must be pure/)
    }
  })

  test('reports data in today’s shape that its schema refuses, in any validator', async () => {
    const schemas = [z.object({ amount: z.number() }), v.object({ amount: v.number() }), type({ amount: 'number' })]
    for (const schema of schemas) {
      const Paid = event('Paid', schema)
      const report = await check([Paid({ amount: 1 }), { type: 'Paid', data: { amount: 'one' } }], [Paid])
      expect(report.types[0]).toMatchObject({ failed: 1, problem: { position: 2, path: 'data.amount' } })
    }
  })

  test('does not take for wrong what a schema puts out and would not take in', async () => {
    const Dated = event('Dated', z.object({ at: z.date().transform((at) => at.toISOString()) }))
    const Noted = event('Noted', z.object({ note: z.string().default('') }))
    const report = await check([Dated({ at: new Date(0) }), Noted({})], [Dated, Noted])
    expect(report.isReadable).toBe(true)
  })
})

describe('open with definitions', () => {
  test('names everything that they do not read, and opens nothing', async () => {
    await using daybook = await open('memory:')
    await daybook.append('account-A', Opened({ owner: 'Ada' }))
    const { assertReadable } = await import('daybook')
    await assertReadable(daybook, [Account])
    await daybook.append('account-A', [
      { type: 'Surprise', data: {} },
      { type: 'Opened', data: {}, schemaVersion: 3 },
    ])
    await expect(assertReadable(daybook, [Account])).rejects.toMatchObject({
      code: 'unreadable-log',
      message: expect.stringMatching(/Surprise.*/s),
      details: {
        log: 'main',
        problems: [
          { type: 'Opened', schemaVersion: 3, events: 1, position: 3 },
          { type: 'Surprise', schemaVersion: 1, events: 1, position: 2 },
        ],
      },
    })
  })
})
