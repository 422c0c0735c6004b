import { open } from 'daybook'
import { given } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { told } from '../told.ts'
import { availableOf, Item, ReservationReleased, Reserved, Restocked, release, reserve, restock } from './item.ts'
import { inventory } from './story.ts'

const three = Restocked({ quantity: 3 })
const two = Reserved({ order: 'A', quantity: 2 })

describe('an item', () => {
  test('is reserved while there is enough of it', () => {
    given(Item, three, two)
      .when(reserve, { order: 'B', quantity: 1 })
      .then(Reserved({ order: 'B', quantity: 1 }))
    given(Item, three, two).when(reserve, { order: 'B', quantity: 2 }).thenRejected('OutOfStock', { available: 1 })
    given(Item, three, two).when(reserve, { order: 'A', quantity: 1 }).thenRejected('ReservedAlready')
  })

  test('is free again when it is released, once', () => {
    given(Item, three, two)
      .when(release, { order: 'A' })
      .then(ReservationReleased({ order: 'A' }))
    given(Item, three, two, ReservationReleased({ order: 'A' }))
      .when(release, { order: 'A' })
      .thenNothing()
    given(Item, three, two, ReservationReleased({ order: 'A' })).thenState({ onHand: 3, reserved: {} })
  })
})

test('60 customers and 10 deliveries at once: all that comes is promised, and nothing twice', async () => {
  const daybook = await open('memory:')
  const orders = Array.from({ length: 60 }, (_, place) => `order-${place}`)
  await daybook.execute(restock, 'lamp', { quantity: 20 })
  const [results] = await Promise.all([
    Promise.all(orders.map((order) => daybook.execute(reserve, 'lamp', { order, quantity: 1 }))),
    Promise.all(Array.from({ length: 10 }, () => daybook.execute(restock, 'lamp', { quantity: 1 }))),
  ])
  const accepted = results.filter(({ status }) => status === 'accepted').length
  const item = await daybook.stateOf(Item, 'lamp')
  expect(Object.keys(item.reserved)).toHaveLength(accepted)
  expect(item.onHand).toBe(30)
  expect(availableOf(item)).toBe(30 - accepted)
  expect(accepted).toBeGreaterThanOrEqual(20)
  expect(accepted).toBeLessThanOrEqual(30)
  expect(results.every(({ status }) => status === 'accepted' || status === 'rejected')).toBe(true)
})

test('the story is told', async () => {
  const said = await told(inventory)
  expect(said).toContain('  25 are promised a lamp, 15 are told: out of stock.')
  expect(said).toContain('  10 of them are promised one.')
  expect(said).toContain('  second: accepted, version 39, repeated: true')
  expect(said.at(-1)).toBe('36 lamps, 36 promised, 0 left. None was promised twice.')
})
