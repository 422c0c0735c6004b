import { aggregate, event, fold, open } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

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

  test('a fingerprint stays when nothing changes, and changes with evolve, initial state, schema version, upcaster or revision', () => {
    type Nothing = Record<string, never>
    const define = (change: {
      initial?: object
      added?: (cart: object) => object
      upcast?: (v1: Nothing) => Nothing
      revision?: number
    }) => {
      const upcast = change.upcast ?? ((v1: Nothing) => v1)
      const Thing = event('Thing', z.object({})).next(z.object({}), upcast)
      return aggregate('thing', {
        events: [Thing],
        initial: change.initial ?? {},
        snapshot: { revision: change.revision ?? 1 },
      }).evolve({
        Thing: change.added ?? ((thing) => thing),
      }).fingerprint
    }
    const fingerprints = [
      define({}),
      define({ initial: { n: 0 } }),
      define({ added: (thing) => ({ ...thing }) }),
      define({ upcast: () => ({}) }),
      define({ revision: 2 }),
      aggregate('thing', { events: [event('Thing', z.object({}))], initial: {} }).evolve({ Thing: (thing) => thing })
        .fingerprint,
    ]
    expect(new Set(fingerprints).size).toBe(fingerprints.length)
    expect(define({})).toBe(fingerprints[0])
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
