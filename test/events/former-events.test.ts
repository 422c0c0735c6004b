/** Events that had another name, that are parts of one that is made no more, or that nobody looks at any more. */
import { event, type RecordedEvent, retired, storedTypes } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const name = z.object({ name: z.string() })
const email = z.object({ email: z.string() })

function stored(type: string, data: unknown, given: Partial<RecordedEvent> = {}): RecordedEvent {
  const stream = { name: 'member-A', category: 'member', id: 'A' }
  const rest = { schemaVersion: 1, metadata: {}, tags: [], stream, version: 3, position: 7, recordedAt: new Date(0) }
  return { id: 'x', type, data, ...rest, ...given }
}

describe('an event that was renamed', () => {
  const Changed = event('AddressChanged', z.object({ street: z.string() }))
    .renamedFrom('AddressCorrected')
    .next(z.object({ street: z.string(), country: z.string() }), (v1) => ({ ...v1, country: 'USA' }))

  test('is read under its old name as under the new one, and lifted', () => {
    for (const type of ['AddressCorrected', 'AddressChanged']) {
      expect(Changed.read(stored(type, { street: 'Elm' }))).toEqual([
        stored('AddressChanged', { street: 'Elm', country: 'USA' }, { schemaVersion: 2 }),
      ])
    }
  })

  test('is recorded under its new name', () => {
    expect(Changed({ street: 'Elm', country: 'UK' })).toMatchObject({ type: 'AddressChanged', schemaVersion: 2 })
    expect(storedTypes([Changed])).toEqual(['AddressChanged', 'AddressCorrected'])
  })

  test('in a shape that came after the old name is refused under the old name', () => {
    const event = stored('AddressCorrected', { street: 'Elm', country: 'UK' }, { schemaVersion: 2 })
    expect(() => Changed.read(event)).toThrow(
      /AddressCorrected at position 7 has schema version 2, and this code knows 1/,
    )
  })

  test('has each name once, and one that can be stored', () => {
    for (const bad of ['AddressChanged', 'AddressCorrected', '', 'x'.repeat(129)]) {
      expect(caught(() => Changed.renamedFrom(bad))).toMatchObject({ code: 'invalid-argument' })
    }
  })

  test('and renamed again is read under all its names', () => {
    const Moved = Changed.renamedFrom('AddressReplaced')
    for (const type of ['AddressCorrected', 'AddressChanged', 'AddressReplaced']) {
      expect(Moved.upcast(stored(type, { street: 'Elm' })).data).toEqual({ street: 'Elm', country: 'USA' })
    }
  })
})

describe('an event that is split', () => {
  const SignedUp = retired('SignedUp', z.object({ name: z.string(), email: z.string().optional() }))
    .next(z.object({ name: z.string(), emails: z.array(z.string()) }), ({ email, ...v1 }) => ({
      ...v1,
      emails: email === undefined ? [] : [email],
    }))
    .splitInto('Joined', 'EmailGiven')
  const Joined = event('Joined', name)
    .splitFrom(SignedUp, (old) => ({ name: old.name }))
    .next(z.object({ name: z.string(), by: z.string() }), (v1, { metadata }) => ({
      ...v1,
      by: metadata.actor ?? 'web',
    }))
  const EmailGiven = event('EmailGiven', email).splitFrom(SignedUp, (old) => old.emails.map((email) => ({ email })))

  test('gives each of its parts, lifted, at its own position and version', () => {
    const old = stored('SignedUp', { name: 'Ada', email: 'a@x' }, { metadata: { actor: 'ada' } })
    expect(Joined.read(old)).toEqual([
      { ...old, type: 'Joined', schemaVersion: 2, data: { name: 'Ada', by: 'ada' }, part: 1 },
    ])
    expect(EmailGiven.read(old)).toEqual([{ ...old, type: 'EmailGiven', data: { email: 'a@x' }, part: 1 }])
  })

  test('gives several parts of one type, told apart by their number, or none', () => {
    const many = stored('SignedUp', { name: 'Ada', emails: ['a@x', 'a@y'] }, { schemaVersion: 2 })
    expect(EmailGiven.read(many)).toMatchObject([
      { data: { email: 'a@x' }, part: 1 },
      { data: { email: 'a@y' }, part: 2 },
    ])
    expect(EmailGiven.read(stored('SignedUp', { name: 'Ada' }))).toEqual([])
  })

  test('is found by whoever looks for one of its parts', () => {
    expect(storedTypes([EmailGiven])).toEqual(['EmailGiven', 'SignedUp'])
    expect(storedTypes([Joined, EmailGiven])).toEqual(['Joined', 'SignedUp', 'EmailGiven'])
  })

  test('is not upcast for those who do not look for it', () => {
    let taken = 0
    const Counted = event('EmailGiven', email).splitFrom(SignedUp, () => {
      taken++
      return undefined
    })
    Joined.read(stored('SignedUp', { name: 'Ada' }))
    expect(taken).toBe(0)
    Counted.read(stored('SignedUp', { name: 'Ada' }))
    expect(taken).toBe(1)
  })

  test('in a newer version than its code knows is refused by its stored name', () => {
    const newer = stored('SignedUp', {}, { schemaVersion: 3 })
    expect(caught(() => Joined.read(newer))).toMatchObject({
      code: 'unreadable-event',
      details: { type: 'SignedUp', schemaVersion: 3, known: 2, position: 7 },
    })
  })

  test('into what the schema refuses, or by a function that throws, is named with its position', () => {
    const Wrong = event('EmailGiven', email).splitFrom(SignedUp, () => ({ email: 7 as unknown as string }))
    expect(caught(() => Wrong.read(stored('SignedUp', { name: 'Ada' })))).toMatchObject({
      code: 'broken-definition',
      details: { position: 7, path: 'data.email' },
    })
    const Throws = event('EmailGiven', email).splitFrom(SignedUp, () => {
      throw new TypeError('no e-mail')
    })
    const error = caught(() => Throws.read(stored('SignedUp', { name: 'Ada' })))
    expect(error).toMatchObject({
      code: 'broken-definition',
      details: { position: 7 },
      cause: { message: 'no e-mail' },
    })
  })

  test('is taken from only by those that it names, and once', () => {
    // @ts-expect-error "SignedUp is not split into Left"
    expect(caught(() => event('Left', name).splitFrom(SignedUp, ({ name }) => ({ name })))).toMatchObject({
      code: 'invalid-argument',
    })
    expect(caught(() => EmailGiven.splitFrom(SignedUp, () => undefined))).toMatchObject({ code: 'invalid-argument' })
    expect(caught(() => retired('X', name).splitInto('A', 'A'))).toMatchObject({ code: 'invalid-argument' })
  })

  test('whose data is an array takes an array of them', () => {
    const Old = retired('Old', z.array(z.string())).splitInto('New')
    const New = event('New', z.array(z.string())).splitFrom(Old, (old) => [old])
    expect(New.read(stored('Old', ['a', 'b'])).map(({ data }) => data)).toEqual([['a', 'b']])
  })
})

describe('an event that is split into one of its own name', () => {
  const items = z.array(z.object({ sku: z.string() }))
  const PlacedWithItems = retired('OrderPlaced', z.object({ customer: z.string(), items })).splitInto(
    'OrderPlaced',
    'ItemAdded',
  )
  const Placed = event('OrderPlaced', z.object({ customer: z.string() })).splitFrom(PlacedWithItems, (old) => ({
    customer: old.customer,
  }))
  const ItemAdded = event('ItemAdded', z.object({ sku: z.string() })).splitFrom(PlacedWithItems, (old) => old.items)

  test('begins its own schema versions after the retired ones', () => {
    expect(Placed({ customer: 'Ada' })).toMatchObject({ type: 'OrderPlaced', schemaVersion: 2 })
    const old = stored('OrderPlaced', { customer: 'Ada', items: [{ sku: 'a' }, { sku: 'b' }] })
    expect(Placed.read(old)).toMatchObject([{ schemaVersion: 2, data: { customer: 'Ada' } }])
    expect(ItemAdded.read(old).map(({ data }) => data)).toEqual([{ sku: 'a' }, { sku: 'b' }])
    const today = stored('OrderPlaced', { customer: 'Ada' }, { schemaVersion: 2 })
    expect(Placed.read(today)).toEqual([today])
    expect(caught(() => ItemAdded.read(today))).toMatchObject({ code: 'unreadable-event' })
  })

  test('goes on from there, and keeps its former names', () => {
    const Next = Placed.renamedFrom('Ordered').next(z.object({ customer: z.string(), by: z.string() }), (v2) => ({
      ...v2,
      by: 'web',
    }))
    expect(Next.schemaVersion).toBe(3)
    expect(Next.read(stored('OrderPlaced', { customer: 'Ada', items: [] }))[0]?.data).toEqual({
      customer: 'Ada',
      by: 'web',
    })
    expect(Next.upcast(stored('Ordered', { customer: 'Ada' }, { schemaVersion: 2 })).data.by).toBe('web')
    expect(caught(() => Next.read(stored('Ordered', {})))).toMatchObject({ code: 'unreadable-event' })
  })
})

describe('an event that is dropped', () => {
  test('gives nothing, in whatever version', () => {
    const Warmed = retired('CacheWarmed').dropped()
    expect(Warmed.read(stored('CacheWarmed', { any: 'thing' }, { schemaVersion: 9 }))).toEqual([])
    expect(storedTypes([Warmed])).toEqual(['CacheWarmed'])
  })

  test('and whose shape is known is refused in a newer version', () => {
    const Warmed = retired('CacheWarmed', name).renamedFrom('Warmed').dropped()
    expect(Warmed.read(stored('Warmed', {}))).toEqual([])
    expect(caught(() => Warmed.read(stored('CacheWarmed', {}, { schemaVersion: 2 })))).toMatchObject({
      code: 'unreadable-event',
    })
    expect(Warmed.upcast(stored('Warmed', { name: 'Ada' })).data).toEqual({ name: 'Ada' })
  })
})

describe('a schema version', () => {
  test('that no release has written is refused by name, and lifts nothing', () => {
    const Noted = event('Noted', name).next(name, (v1) => v1)
    for (const schemaVersion of [0, -1, 3, 32_767]) {
      const error = caught(() => Noted.upcast(stored('Noted', { name: 'Ada' }, { schemaVersion })))
      expect(error, String(schemaVersion)).toMatchObject({
        code: 'unreadable-event',
        details: { type: 'Noted', schemaVersion, known: 2, position: 7 },
      })
    }
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
