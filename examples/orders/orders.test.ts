import { given } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { told } from '../told.ts'
import { cancel, Order, OrderCancelled, OrderPlaced, place } from './order.ts'
import { orders } from './story.ts'

const lines = [
  { product: 'tea', quantity: 2, cents: 450 },
  { product: 'cup', quantity: 1, cents: 1_200 },
]
const form = { customer: 'Ada', lines, totalCents: 2_100 }

describe('an order', () => {
  test('is placed when its total is that of its lines, to the cent', () => {
    given(Order).when(place, form).then(OrderPlaced(form))
    given(Order)
      .when(place, { ...form, totalCents: 2_101 })
      .thenInvalid('totalCents')
  })

  test('hears of all its mistakes at once', () => {
    const wrong = { customer: '', lines: [{ product: '', quantity: 1.5, cents: -3 }], totalCents: 12 }
    given(Order)
      .when(place, wrong)
      .thenInvalid('customer', 'lines[0].product', 'lines[0].quantity', 'lines[0].cents', 'totalCents')
    given(Order)
      .when(place, { ...form, lines: [] })
      .thenInvalid('lines', 'totalCents')
  })

  test('is placed once, and cancelled only when it was', () => {
    given(Order, OrderPlaced(form)).when(place, form).thenRejected('AlreadyPlaced', { totalCents: 2_100 })
    given(Order, OrderPlaced(form))
      .when(cancel, { why: 'moved away' })
      .then(OrderCancelled({ why: 'moved away' }))
    given(Order).when(cancel, { why: 'moved away' }).thenRejected('NotPlaced', { status: 'none' })
  })

  test('cannot be recorded with a wrong total by anybody else either', () => {
    expect(() => OrderPlaced({ ...form, totalCents: 1 })).toThrow(
      'data.totalCents: is not what the lines come to, 2100',
    )
  })
})

test('the story is told', async () => {
  const said = await told(orders)
  expect(said).toContain('  totalCents is not what the lines come to, 900')
  expect(said.filter((line) => /^ {2}(customer|lines|totalCents)/.test(line))).toHaveLength(7)
  expect(said).toContain('  The stream is at version 1.')
  expect(said.at(-1)).toBe('Order 4711 is placed, for 21.00.')
})
