/** A snapshot is a short cut: whatever is wrong with it, states are the same, and no caller waits for one to be kept. */
import { aggregate, type Daybook, type EventLog, event, open } from 'daybook'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'
import { record } from '../telemetry/recording.ts'

const Added = event('Added', z.object({ item: z.string() }))

function cart(snapshot: { every?: number; revision?: number } | boolean) {
  return aggregate('cart', { events: [Added], initial: { items: [] as string[] }, snapshot }).evolve({
    Added: (state, { item }) => ({ items: [...state.items, item] }),
  })
}

const Cart = cart({ every: 10 })
const add = Cart.command('Add', z.object({ item: z.string() }), (_, input) => Added(input))
const key = { stream: 'cart-A', definition: 'cart', fingerprint: Cart.fingerprint }
const all = { items: ['a', 'b', 'c'] }

/** A cart with three items, and what became of the looks for its snapshots. */
async function openCart(log?: (log: EventLog) => EventLog) {
  const { instruments, points } = record()
  const daybook = await open('memory:', { instruments: { ...instruments, ...(log && { log }) } })
  const events = ['a', 'b', 'c'].map((item) => Added({ item }))
  const appended = await daybook.append('cart-A', events)
  const { snapshots } = daybook.store.log('main')
  const outcomes = async () => {
    const counted = (await points('daybook.snapshot.loads')).map(({ attributes, value }) => [
      attributes['daybook.outcome'],
      value,
    ])
    return Object.fromEntries(counted)
  }
  return { daybook, snapshots, outcomes, ids: appended.events.map(({ id }) => id) }
}

describe('a snapshot', () => {
  test('that is good is a short cut', async () => {
    const { daybook, snapshots, outcomes, ids } = await openCart()
    await snapshots.save(key, { version: 2, state: { eventId: ids[1], state: { items: ['from the snapshot'] } } })
    expect(await daybook.load(Cart, 'A')).toEqual({
      state: { items: ['from the snapshot', 'c'] },
      version: 3,
      position: 3,
    })
    expect(await daybook.stateOf(Cart, 'A', { position: 2 })).toEqual({ items: ['from the snapshot'] })
    expect(await outcomes()).toEqual({ found: 2 })
    await daybook.close()
  })

  test('that is missing, or of a later version or position than is asked for, is done without', async () => {
    const { daybook, snapshots, outcomes, ids } = await openCart()
    expect(await daybook.stateOf(Cart, 'A')).toEqual(all)
    await snapshots.save(key, { version: 3, state: { eventId: ids[2], state: { items: ['wrong'] } } })
    await snapshots.save({ ...key, fingerprint: 'other' }, { version: 1, state: 'nonsense' })
    expect(await daybook.stateOf(Cart, 'A', { version: 2 })).toEqual({ items: ['a', 'b'] })
    expect(await daybook.stateOf(Cart, 'A', { position: 1 })).toEqual({ items: ['a'] })
    expect(await outcomes()).toEqual({ missing: 3 })
    expect(await snapshots.load(key)).toMatchObject({ version: 3 })
    await daybook.close()
  })

  test.each([
    ['of a longer history', 9, (ids: string[]) => ids[2]],
    ['of another event at that version', 2, (ids: string[]) => ids[2]],
  ])('%s is foreign: everything is replayed, and it makes room for a good one', async (_, version, eventIdOf) => {
    const { daybook, snapshots, outcomes, ids } = await openCart()
    await snapshots.save(key, { version, state: { eventId: eventIdOf(ids), state: { items: ['wrong'] } } })
    expect(await daybook.load(Cart, 'A')).toEqual({ state: all, version: 3, position: 3 })
    expect(await snapshots.load(key)).toBeUndefined()
    expect(await outcomes()).toEqual({ foreign: 1 })
    await daybook.close()
  })

  test.each([['nonsense'], [null], [{ items: [] }], [{ eventId: 7, state: {} }], [{ eventId: 'x' }]])(
    'that reads %j is unreadable: everything is replayed, and it makes room for a good one',
    async (state) => {
      const { daybook, snapshots, outcomes } = await openCart()
      await snapshots.save(key, { version: 2, state })
      expect(await daybook.stateOf(Cart, 'A')).toEqual(all)
      expect(await snapshots.load(key)).toBeUndefined()
      expect(await outcomes()).toEqual({ unreadable: 1 })
      await daybook.close()
    },
  )

  test('cannot be had or kept, and that costs nothing but time', async () => {
    const fail = () => Promise.reject(new Error('no'))
    const { daybook, outcomes } = await openCart((log) =>
      instead(log, { snapshots: { load: fail, save: fail, clear: fail } }),
    )
    for (let turn = 4; turn <= 30; turn++) {
      expect(await daybook.execute(add, 'A', { item: 'x' })).toMatchObject({ status: 'accepted', version: turn })
    }
    expect((await daybook.stateOf(Cart, 'A')).items).toHaveLength(30)
    expect(await outcomes()).toEqual({ unreadable: 2 })
    await daybook.close()
  })

  test('is kept while nobody waits, as long as it takes, and closing waits for it', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let kept = 0
    const { daybook } = await openCart((log) => {
      const save: typeof log.snapshots.save = async (at, snapshot) => {
        await released
        await log.snapshots.save(at, snapshot)
        kept = snapshot.version
      }
      return instead(log, { snapshots: instead(log.snapshots, { save }) })
    })
    for (let turn = 4; turn <= 25; turn++) {
      expect(await daybook.execute(add, 'A', { item: 'x' })).toMatchObject({ status: 'accepted', version: turn })
    }
    const closing = daybook.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(kept).toBe(0)
    release()
    await closing
    expect(kept).toBe(20)
  })
})

describe('the policy', () => {
  test('true is every 50 events; every is said otherwise; false is none', async () => {
    expect(cart(true).snapshot).toEqual({ every: 50, revision: 1 })
    expect(cart({}).snapshot).toEqual({ every: 50, revision: 1 })
    expect(cart({ every: 7 }).snapshot).toEqual({ every: 7, revision: 1 })
    expect(cart(false).snapshot).toBeUndefined()
    for (const every of [0, -1, 1.5, Number.NaN]) expect(() => cart({ every })).toThrow('snapshot.every of cart')
  })

  test('one is kept every so many events', async () => {
    await using daybook = await open('memory:')
    const versions: number[] = []
    const { snapshots } = daybook.store.log('main')
    for (let turn = 1; turn <= 45; turn++) {
      await daybook.execute(add, 'A', { item: 'x' })
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
      const version = (await snapshots.load(key))?.version
      if (version !== undefined && version !== versions.at(-1)) versions.push(version)
    }
    expect(versions).toEqual([10, 20, 30, 40])
  })

  test('history that came without commands gets one with its first command', async () => {
    await using daybook = await open('memory:')
    await daybook.import(Array.from({ length: 500 }, () => ({ stream: 'cart-A', ...Added({ item: 'x' }) })))
    await daybook.execute(add, 'A', { item: 'y' })
    const { snapshots } = daybook.store.log('main')
    await vi.waitFor(async () => expect((await snapshots.load(key))?.version).toBe(501))
  })
})

describe('clearing them', () => {
  test('of one stream or of all, changes nothing but time', async () => {
    const { daybook, snapshots, outcomes } = await openCart()
    await fill(daybook, 'A')
    await fill(daybook, 'B')
    await vi.waitFor(async () => expect(await snapshots.load({ ...key, stream: 'cart-B' })).toBeDefined())
    await vi.waitFor(async () => expect(await snapshots.load(key)).toBeDefined())
    const before = [await daybook.load(Cart, 'A'), await daybook.load(Cart, 'B')]
    const counted = Number((await outcomes()).missing)
    await daybook.clearSnapshots('cart-A')
    expect([await daybook.load(Cart, 'A'), await daybook.load(Cart, 'B')]).toEqual(before)
    expect(await outcomes()).toMatchObject({ missing: counted + 1 })
    await daybook.clearSnapshots()
    expect([await daybook.load(Cart, 'A'), await daybook.load(Cart, 'B')]).toEqual(before)
    expect(await outcomes()).toMatchObject({ missing: counted + 3 })
    await daybook.close()
  })

  async function fill(daybook: Daybook, id: string): Promise<void> {
    for (let turn = 0; turn < 12; turn++) await daybook.execute(add, id, { item: 'x' })
  }
})
