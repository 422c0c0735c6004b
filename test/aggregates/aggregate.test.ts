import { aggregate, event, fold, open } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'

const Added = event('Added', z.object({ item: z.string() }))
const Removed = event('Removed', z.object({ item: z.string() }))
const initial = () => ({ items: [] as string[] })

const Cart = aggregate('cart', { events: [Added, Removed], initial: initial(), snapshot: { every: 10 } }).evolve({
  Added: (cart, { item }) => ({ items: [...cart.items, item] }),
  Removed: (cart, { item }) => ({ items: cart.items.filter((each) => each !== item) }),
})

describe('aggregate', () => {
  test('a name that cannot be a category is refused when it is defined', () => {
    for (const name of ['', 'shopping-cart', 'a\u0000', 'x'.repeat(254)]) {
      expect(() => aggregate(name, { events: [Added], initial: 0 })).toThrow(/aggregate name/)
    }
  })

  test('two events of one type, and a missing evolve entry, are refused when it is defined', () => {
    expect(() => aggregate('cart', { events: [Added, Added], initial: 0 })).toThrow(/Added/)
    // @ts-expect-error as a caller without types would
    expect(() => aggregate('cart', { events: [Added], initial: 0 }).evolve({})).toThrow(/no evolve entry for Added/)
  })

  test('an evolve that changes the state in place fails, and does not spoil the next fold', async () => {
    const Careless = aggregate('cart', { events: [Added], initial: initial() }).evolve({
      Added: (cart, { item }) => {
        cart.items.push(item)
        return cart
      },
    })
    await using daybook = await open('memory:')
    await daybook.append('cart-A', Added({ item: 'x' }))
    await expect(daybook.stateOf(Careless, 'A')).rejects.toThrow(TypeError)
    expect(Careless.initial).toEqual({ items: [] })
  })

  test('an evolve that gives nothing, or a promise, is a broken definition', async () => {
    await using daybook = await open('memory:')
    await daybook.append('cart-A', Added({ item: 'x' }))
    // @ts-expect-error as a caller without types would
    const silent = aggregate('cart', { events: [Added], initial: initial() }).evolve({ Added: () => undefined })
    // @ts-expect-error as a caller without types would
    const slow = aggregate('cart', { events: [Added], initial: initial() }).evolve({ Added: async (cart) => cart })
    for (const broken of [silent, slow]) {
      await expect(daybook.stateOf(broken, 'A')).rejects.toMatchObject({ code: 'broken-definition' })
    }
  })

  test('a fingerprint stays when nothing changes, and changes with evolve, initial state, schema version or upcaster', () => {
    type Nothing = Record<string, never>
    const define = (change: {
      initial?: object
      added?: (cart: object) => object
      upcast?: (v1: Nothing) => Nothing
    }) => {
      const upcast = change.upcast ?? ((v1: Nothing) => v1)
      const Thing = event('Thing', z.object({})).next(z.object({}), upcast)
      return aggregate('thing', { events: [Thing], initial: change.initial ?? {} }).evolve({
        Thing: change.added ?? ((thing) => thing),
      }).fingerprint
    }
    const fingerprints = [
      define({}),
      define({ initial: { n: 0 } }),
      define({ added: (thing) => ({ ...thing }) }),
      define({ upcast: () => ({}) }),
      aggregate('thing', { events: [event('Thing', z.object({}))], initial: {} }).evolve({ Thing: (thing) => thing })
        .fingerprint,
    ]
    expect(new Set(fingerprints).size).toBe(fingerprints.length)
    expect(define({})).toBe(fingerprints[0])
  })
})

describe('snapshots', () => {
  const key = { stream: 'cart-A', definition: 'cart', fingerprint: Cart.fingerprint }

  async function openCart() {
    const daybook = await open('memory:')
    await daybook.append(
      'cart-A',
      ['a', 'b', 'c'].map((item) => Added({ item })),
    )
    return { daybook, snapshots: daybook.store.log('main').snapshots }
  }

  test('a good one is a short cut', async () => {
    const { daybook, snapshots } = await openCart()
    await snapshots.save(key, { version: 2, state: { items: ['from the snapshot'] } })
    expect(await daybook.stateOf(Cart, 'A')).toEqual({ items: ['from the snapshot', 'c'] })
    await daybook.close()
  })

  test('one of a later version than is asked for, or of another fingerprint, is left alone', async () => {
    const { daybook, snapshots } = await openCart()
    await snapshots.save(key, { version: 3, state: { items: ['wrong'] } })
    await snapshots.save({ ...key, fingerprint: 'other' }, { version: 1, state: 'nonsense' })
    expect(await daybook.stateOf(Cart, 'A', { version: 2 })).toEqual({ items: ['a', 'b'] })
    expect(await daybook.stateOf(Cart, 'A', { position: 1 })).toEqual({ items: ['a'] })
    await daybook.close()
  })

  test('one that belongs to a longer history than there is gives way to a replay', async () => {
    const { daybook, snapshots } = await openCart()
    await snapshots.save(key, { version: 9, state: { items: ['wrong'] } })
    expect(await daybook.load(Cart, 'A')).toEqual({ state: { items: ['a', 'b', 'c'] }, version: 3, position: 3 })
    await daybook.close()
  })

  test('a store of them that fails costs nothing but time', async () => {
    const add = Cart.command('Add', z.object({ item: z.string() }), (_, input) => Added(input))
    const fail = () => Promise.reject(new Error('unreadable'))
    await using daybook = await open('memory:', {
      instruments: { log: (log) => instead(log, { snapshots: { load: fail, save: fail, clear: fail } }) },
    })
    for (let turn = 1; turn <= 30; turn++) {
      expect(await daybook.execute(add, 'A', { item: 'x' })).toMatchObject({ status: 'accepted', version: turn })
    }
  })

  test('closing waits for one that is under way', async () => {
    const daybook = await open('memory:')
    const { snapshots } = daybook.store.log('main')
    const add = Cart.command('Add', z.object({ item: z.string() }), (_, input) => Added(input))
    let kept: number | undefined
    const save = snapshots.save.bind(snapshots)
    snapshots.save = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      await save(...args)
      kept = (await snapshots.load(key))?.version
    }
    for (let turn = 1; turn <= 10; turn++) await daybook.execute(add, 'A', { item: 'x' })
    expect(kept).toBeUndefined()
    await daybook.close()
    expect(kept).toBe(10)
  })
})

test('fold › starts from the initial state, or from another', () => {
  const stream = { name: 'cart-A', category: 'cart', id: 'A' }
  const rest = {
    id: 'x',
    schemaVersion: 1,
    metadata: {},
    tags: [],
    stream,
    version: 1,
    position: 1,
    recordedAt: new Date(),
  }
  const events = [Added({ item: 'a' })].map((made) => ({ ...rest, ...made, metadata: {}, tags: [] }))
  expect(fold(Cart, events)).toEqual({ items: ['a'] })
  expect(fold(Cart, events, { items: ['z'] })).toEqual({ items: ['z', 'a'] })
})
