import { expect, test } from 'vitest'
import { toBookingOrder } from './booking-order.ts'

const row = (change: number, statedBalance: number) => ({ change, statedBalance })

test('booking order › follows the chain of stated balances', () => {
  const [interest, cash, pension] = [row(10, 20_020), row(-100_000, -30_000), row(50_000, 20_000)]
  expect(toBookingOrder([interest, cash, pension], 70_000)).toEqual([cash, pension, interest])
})

test('booking order › takes the nearest balance where the bank has rounded', () => {
  const [fee, interest] = [row(-1_460, 98_600), row(53, 100_050)]
  expect(toBookingOrder([fee, interest], 100_000)).toEqual([interest, fee])
})

test('booking order › keeps the order of the file between rows that fit equally, and leaves the rows given alone', () => {
  const rows = [row(100, 100), row(100, 100)]
  const [first, second] = rows
  const ordered = toBookingOrder(rows, 0)
  expect(ordered[0]).toBe(first)
  expect(ordered[1]).toBe(second)
  expect(rows).toHaveLength(2)
})
