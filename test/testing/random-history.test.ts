/** Histories at random: from schemas and from commands, the same for the same seed, and said with it when a law breaks. */
import { type } from 'arktype'
import { aggregate, event, fold, reject } from 'daybook'
import { forRandomHistories, given, randomHistory, type StoredEvent } from 'daybook/testing'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Account, balances, close, Other, openWith, spend, withdraw } from './domain.ts'

const seeds = Array.from({ length: 200 }, (_, seed) => seed)

/** An aggregate whose one event has this shape, and keeps all that it is given. */
function keepOf(schema: z.ZodType | ReturnType<typeof type> | v.GenericSchema) {
  const Kept = event('Kept', schema as z.ZodType<{ [key: string]: string }>)
  return aggregate('keep', { events: [Kept], initial: { all: [] as unknown[] } }).evolve({
    Kept: ({ all }, data) => ({ all: [...all, data] }),
  })
}

const shapes = {
  numbers: z.object({
    a: z.int(),
    b: z.int().positive(),
    c: z.number().min(-2).max(-1),
    d: z.number().multipleOf(0.5),
  }),
  limits: z.object({ a: z.int().min(5).max(6), b: z.number().gt(0).lt(1), c: z.int().max(-5), d: z.int().gt(3).lt(5) }),
  texts: z.object({
    a: z.string(),
    b: z.string().min(3).max(5),
    c: z.email(),
    d: z.uuid(),
    e: z.url(),
    f: z.literal('x'),
  }),
  times: z.object({ a: z.iso.date(), b: z.iso.datetime(), c: z.iso.time() }),
  patterns: z.object({
    a: z.string().regex(/^[A-Z]{2}-\d{4}$/),
    b: z.string().regex(/^(?:red|green|blu+e)(?:, [a-f]{1,3})*$/),
    c: z.string().regex(/^\w+\.(jpe?g|png)$/),
  }),
  choices: z.object({
    a: z.enum(['x', 'y']),
    b: z.union([z.string(), z.int()]),
    c: z.string().nullable(),
    d: z.string().optional(),
    e: z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b'), n: z.null() })]),
    f: z.boolean(),
  }),
  lists: z.object({
    a: z.array(z.string()).min(2).max(3),
    b: z.tuple([z.int(), z.string()]),
    c: z.record(z.string(), z.int()),
    d: z
      .strictObject({ x: z.int() })
      .and(z.object({ y: z.string().optional() }).partial())
      .optional(),
  }),
  json: z.object({ a: z.json(), b: z.unknown().optional() }),
  refined: z.object({ a: z.int().refine((a) => a % 2 === 0), b: z.string().trim() }),
}

describe('a history from schemas', () => {
  test.each(Object.entries(shapes))('holds what zod allows: %s', (_, schema) => {
    const Keep = keepOf(schema)
    for (const seed of seeds) {
      const { events } = randomHistory(Keep, { seed, length: 3 })
      for (const { data } of events) expect(schema.safeParse(data).error).toBeUndefined()
    }
  })

  test('ends, though a schema refers to itself', () => {
    const Tree = z.object({
      name: z.string(),
      get left() {
        return Tree.optional()
      },
      get others() {
        return z.array(Tree)
      },
    })
    for (const seed of seeds) randomHistory(keepOf(Tree), { seed, length: 2 })
  })

  test('holds what arktype allows', () => {
    const schema = type({ amount: 'number.integer > 0', 'note?': 'string < 5', id: 'string.uuid' })
    for (const seed of seeds) {
      for (const { data } of randomHistory(keepOf(schema), { seed }).events) expect(schema.allows(data)).toBe(true)
    }
  })

  test('asks for a maker where a schema says nothing of itself, or too little', () => {
    const schema = v.object({ amount: v.number() })
    expect(() => randomHistory(keepOf(schema), { seed: 1 })).toThrow('Give { make: { Kept: (random) => … } }')
    const make = { Kept: () => ({ amount: 7 }) }
    const { events } = randomHistory(keepOf(schema), { seed: 1, make })
    expect(new Set(events.map(({ data }) => JSON.stringify(data)))).toEqual(new Set(['{"amount":7}']))
    const never = z.object({ a: z.string().refine((a) => a === 'one in a million') })
    expect(() => randomHistory(keepOf(never), { seed: 1 })).toThrow('none was good: Kept cannot be made: data.a')
  })

  test('is the same for the same seed, and another for another', () => {
    expect(randomHistory(Account, { seed: 7 })).toEqual(randomHistory(Account, { seed: 7 }))
    const histories = seeds.map((seed) => JSON.stringify(randomHistory(Account, { seed }).events))
    expect(new Set(histories).size).toBeGreaterThan(180)
    const { seed, events } = randomHistory(Account)
    expect(randomHistory(Account, { seed }).events).toEqual(events)
  })

  test('has events in every shape that was ever stored, which fold to a state', () => {
    const all = seeds.flatMap((seed) => randomHistory(Account, { seed }).events)
    const withdrawn = all.filter((each) => each.type === 'Withdrawn')
    expect(new Set(withdrawn.map(({ schemaVersion }) => schemaVersion))).toEqual(new Set([1, 2]))
    for (const seed of seeds) fold(Account, randomHistory(Account, { seed }).events)
    expect(() => given(Account, ...randomHistory(Account, { seed: 3 }).events).when(close, {})).not.toThrow()
  })
})

describe('a history from commands', () => {
  const commands = [openWith, withdraw, close]

  test('is one that they can bring about', async () => {
    await forRandomHistories(Account, { commands, seed: 1 }, (events) => {
      const { balance } = fold(Account, events)
      expect(balance).toBeGreaterThanOrEqual(0)
      const opened = events.findIndex(({ type }) => type === 'Opened')
      expect(events.length === 0 || opened === 0).toBe(true)
      expect(events.map(({ version }) => version)).toEqual(events.map((_, place) => place + 1))
    })
    const all = seeds.flatMap((seed) => randomHistory(Account, { commands, seed }).events)
    expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['Opened', 'Deposited', 'Withdrawn', 'Closed']))
  })

  test('may have inputs of the test’s own', () => {
    const make = { OpenWith: () => ({ owner: 'Ada', amount: 10 }), Withdraw: () => ({ amount: 10 }) }
    const all = seeds.flatMap((seed) => randomHistory(Account, { commands, make, seed }).events)
    const amounts = all.flatMap(({ data }) => (data as { amount?: number }).amount ?? [])
    expect(new Set(amounts)).toEqual(new Set([10]))
  })
})

describe('a history of several streams', () => {
  const options = { streams: 3, length: 6 }

  test('is one log, in which the streams take turns and each has its versions', () => {
    const logs = seeds.map((seed) => randomHistory([Account, Other], { ...options, seed }).events)
    for (const events of logs) {
      expect(events.map(({ position }) => position)).toEqual(events.map((_, place) => place + 1))
      const times = events.map(({ recordedAt }) => recordedAt.getTime())
      expect(times).toEqual([...times].sort((one, other) => one - other))
      for (const name of new Set(events.map(({ stream }) => stream.name))) {
        const versions = events.filter(({ stream }) => stream.name === name).map(({ version }) => version)
        expect(versions).toEqual(versions.map((_, place) => place + 1))
      }
    }
    const names = new Set(logs.flat().map(({ stream }) => stream.name))
    expect([...names].sort()).toEqual(['account-1', 'account-2', 'account-3', 'other-1', 'other-2', 'other-3'])
    const changes = logs.flat().filter((event, place, all) => event.stream.name !== all[place - 1]?.stream.name)
    expect(changes.length).toBeGreaterThan(logs.flat().length / 2)
  })

  test('is what read models have laws about', async () => {
    const law = (events: readonly StoredEvent[]) => given(events).project(balances)
    await forRandomHistories(Account, { ...options, seed: 1 }, law)
    await forRandomHistories([Account, Other], { ...options, commands: [openWith, withdraw, spend], seed: 1 }, law)
    const commands = [openWith]
    expect(() => randomHistory([Account, Other], { commands })).toThrow('None of the commands is one of other.')
  })
})

describe('a law', () => {
  const Counter = aggregate('counter', { events: [event('Counted', z.object({ by: z.int() }))], initial: 0 }).evolve({
    Counted: (sum, { by }) => sum + by,
  })
  const count = Counter.command('Count', z.object({ by: z.int().positive() }), (sum, { by }) => {
    return sum > 1_000 ? reject('Enough') : { type: 'Counted', data: { by }, schemaVersion: 1 }
  })

  test('that is broken is shown with its seed and the shortest beginning that breaks it', async () => {
    const isSmall = (events: Parameters<typeof fold>[1]) => fold(Counter, events) <= 30
    const failure = forRandomHistories(Counter, { commands: [count], seed: 1 }, isSmall)
    await expect(failure).rejects.toThrow(
      /The law is broken.*\nFound with seed \d+, history \d+ of 100; again: \{ seed: /s,
    )
    const message = String(await failure.catch((error: Error) => error.message))
    const seed = Number(/again: \{ seed: (\d+)/.exec(message)?.[1])
    const again = await forRandomHistories(Counter, { commands: [count], seed, runs: 1 }, isSmall).catch(String)
    expect(again).toContain(message.slice(message.indexOf('The history:')))
    const { events } = randomHistory(Counter, { commands: [count], seed })
    const sums = events.map((_, place) => fold(Counter, events.slice(0, place + 1)))
    const shown = message.split('The history:')[1]?.trim().split('\n').length
    expect(shown).toBe(sums.findIndex((sum) => sum > 30) + 1)
  })

  test('may be asynchronous, and what it throws keeps its values', async () => {
    const failure = await forRandomHistories(Counter, { seed: 2 }, async (events) => {
      expect(events.length).toBeLessThan(3)
    }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ actual: 3, message: expect.stringContaining('Found with seed') })
  })
})
