import { aggregate, event, isDaybookError, open, type RecordedEvent } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const Withdrawn = event('Withdrawn', z.object({ amount: z.number() }))
  .next(z.object({ amount: z.number(), channel: z.string() }), (v1) => ({ ...v1, channel: 'branch' }))
  .next(z.object({ cents: z.int(), channel: z.string(), by: z.string().default('nobody') }), (v2, stored) => ({
    cents: Math.round(v2.amount * 100),
    channel: v2.channel,
    ...(stored.metadata.actor === undefined ? {} : { by: stored.metadata.actor }),
  }))

function stored(given: Partial<RecordedEvent>): RecordedEvent {
  const stream = { name: 'account-A', category: 'account', id: 'A' }
  const recordedAt = new Date(0)
  const rest = { metadata: {}, tags: [], stream, version: 1, position: 7, recordedAt }
  return { id: 'x', type: 'Withdrawn', data: { amount: 1.5 }, schemaVersion: 1, ...rest, ...given }
}

describe('event', () => {
  test('is made in today’s shape, with defaults, and without what is undefined', () => {
    expect(Withdrawn({ cents: 5, channel: 'atm', by: undefined })).toEqual({
      type: 'Withdrawn',
      data: { cents: 5, channel: 'atm', by: 'nobody' },
      schemaVersion: 3,
    })
    const Noted = event('Noted', z.object({ note: z.string().optional() }))
    expect(Object.keys(Noted({ note: undefined }).data)).toEqual([])
  })

  test('carries the metadata, the id and the tags that it is given, beside those that are declared', () => {
    const Enrolled = event('Enrolled', z.object({ course: z.string() }), { tags: ({ course }) => [`course:${course}`] })
    const id = '0190b5a0-0000-7000-8000-000000000000'
    expect(Enrolled({ course: 'C1' }, { id, metadata: { actor: 'ada' }, tags: ['x', 'course:C1'] })).toMatchObject({
      id,
      metadata: { actor: 'ada' },
      tags: ['course:C1', 'x'],
    })
    expect(Enrolled({ course: 'C2' })).toMatchObject({ tags: ['course:C2'] })
  })

  test('with bad data is refused, with the paths to all that is bad', () => {
    const Ordered = event(
      'Ordered',
      z.object({ items: z.array(z.object({ 'unit price': z.number() })), by: z.string() }),
    )
    // @ts-expect-error as a caller without types would
    const make = () => Ordered({ items: [{ 'unit price': 1 }, { 'unit price': 'x' }] })
    expect(make).toThrow(/data\.items\[1\]\["unit price"\].*data\.by/s)
    expect(caught(make)).toMatchObject({
      code: 'invalid-event',
      details: { path: 'data.items[1]["unit price"]', type: 'Ordered' },
    })
  })

  test('with a schema that takes its time is refused', () => {
    const Slow = event('Slow', z.object({ name: z.string().refine(async () => true) }))
    expect(caught(() => Slow({ name: 'x' }))).toMatchObject({ code: 'broken-definition' })
  })

  test.each([undefined, {}, { amount: 'number' }])('with a schema like %j is refused when it is defined', (schema) => {
    const refusal = {
      code: 'broken-definition',
      message: expect.stringContaining('The event Paid has no Standard Schema'),
    }
    // @ts-expect-error as a caller without types would
    expect(caught(() => event('Paid', schema))).toMatchObject(refusal)
    // @ts-expect-error
    expect(caught(() => event('Paid', z.object({})).next(schema, (v1) => v1))).toMatchObject(refusal)
  })

  test('with a type that cannot be stored is refused when it is defined', () => {
    expect(caught(() => event('', z.object({})))).toMatchObject({ code: 'invalid-argument' })
    expect(caught(() => event('x'.repeat(129), z.object({})))).toMatchObject({ code: 'invalid-argument' })
  })

  test('that declares tags must declare them for its next shape too', () => {
    const tagged = event('X', z.object({ a: z.string() }), { tags: ({ a }) => [a] })
    const next = z.object({ b: z.string() })
    expect(caught(() => tagged.next(next, ({ a }) => ({ b: a })))).toMatchObject({ code: 'invalid-argument' })
    expect(tagged.next(next, ({ a }) => ({ b: a }), { tags: ({ b }) => [b] })({ b: 't' }).tags).toEqual(['t'])
  })
})

describe('upcasting', () => {
  test('lifts each older shape step by step, and leaves the stored event as it is', () => {
    const old = stored({})
    expect(Withdrawn.upcast(old)).toEqual({
      ...old,
      data: { cents: 150, channel: 'branch', by: 'nobody' },
      schemaVersion: 3,
    })
    expect(Withdrawn.upcast(stored({ schemaVersion: 2, data: { amount: 2, channel: 'atm' } })).data.channel).toBe('atm')
    expect(old.data).toEqual({ amount: 1.5 })
  })

  test('may take what is missing from the stored event’s metadata', () => {
    expect(Withdrawn.upcast(stored({ metadata: { actor: 'ada' } })).data.by).toBe('ada')
  })

  test('gives an event in today’s shape back as it is, without validating it again', () => {
    const today = stored({ schemaVersion: 3, data: { cents: 'nobody asks' } })
    expect(Withdrawn.upcast(today)).toBe(today)
  })

  test('refuses a version that is newer than the code, and a type that is not its own, by name', () => {
    const details = { type: 'Withdrawn', schemaVersion: 4, known: 3, position: 7 }
    expect(caught(() => Withdrawn.upcast(stored({ schemaVersion: 4 })))).toMatchObject({
      code: 'unreadable-event',
      details,
    })
    expect(caught(() => Withdrawn.upcast(stored({ type: 'Other' })))).toMatchObject({ details: { known: 0 } })
  })

  test('to what the next schema refuses names the step, the position and the path', () => {
    const Bad = event('Bad', z.object({})).next(z.object({ n: z.number() }), () => ({ n: Number.NaN }))
    const error = caught(() => Bad.upcast(stored({ type: 'Bad', data: {} })))
    expect(isDaybookError(error, 'broken-definition')).toBe(true)
    expect(String(error)).toMatch(/Bad.*position 7.*data\.n/s)
  })
})

describe('reading with definitions', () => {
  test('lifts what is read, finds its types alone, and refuses any other type in a stream', async () => {
    await using daybook = await open('memory:')
    const Other = event('Other', z.object({}))
    await daybook.append('account-A', [{ type: 'Withdrawn', data: { amount: 1 } }, Other({})])
    const events = [Withdrawn]
    const [lifted, ...rest] = await daybook.read({ events }).toArray()
    expect(lifted?.data).toEqual({ cents: 100, channel: 'branch', by: 'nobody' })
    expect(rest).toEqual([])
    await expect(daybook.readStream('account-A', { events }).toArray()).rejects.toMatchObject({
      code: 'unreadable-event',
    })
    expect(await daybook.readStream('account-A', { events: [Withdrawn, Other] }).toArray()).toHaveLength(2)
  })

  test('is lazy: an event that nobody looks at is not upcast', async () => {
    await using daybook = await open('memory:')
    let upcasts = 0
    const Counted = event('Counted', z.object({})).next(z.object({}), (v1) => {
      upcasts++
      return v1
    })
    await daybook.append(
      'thing-A',
      Array.from({ length: 3 }, () => ({ type: 'Counted', data: {} })),
    )
    for await (const _ of daybook.read({ events: [Counted] })) break
    expect(upcasts).toBe(1)
  })

  test('an aggregate whose stream holds a type that it does not have says so', async () => {
    await using daybook = await open('memory:')
    await daybook.append('account-A', { type: 'Surprise', data: {} })
    const Account = aggregate('account', { events: [Withdrawn], initial: { n: 0 } }).evolve({
      Withdrawn: (state) => state,
    })
    await expect(daybook.stateOf(Account, 'A')).rejects.toMatchObject({
      code: 'unreadable-event',
      details: { type: 'Surprise', known: 0 },
    })
  })
})

function caught(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}
