import { describe, expect, test } from 'vitest'
import { yearOfBank } from './year.ts'

describe('year', () => {
  const year = [...yearOfBank({ seed: 1, customers: 60 })]

  test('the same seed gives the same year, another seed another one', () => {
    expect([...yearOfBank({ seed: 1, customers: 60 })]).toEqual(year)
    expect([...yearOfBank({ seed: 2, customers: 60 })]).not.toEqual(year)
  })

  test('each booking has an id of its own, and days only go forward', () => {
    expect(new Set(year.map(({ id }) => id)).size).toBe(year.length)
    const days = year.map(({ day }) => day)
    expect(days.toSorted()).toEqual(days)
    expect(days.every((day) => day.startsWith('2025-'))).toBe(true)
  })

  test('all that a bank does is in it', () => {
    const kinds = new Set(year.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(['close', 'deposit', 'open', 'transfer', 'withdraw'])
    expect(year.filter(({ kind }) => kind === 'open')).toHaveLength(60)
  })

  test('amounts are whole numbers of minor units above zero', () => {
    const amounts = year.flatMap((booking) =>
      'input' in booking && 'amount' in booking.input ? booking.input.amount : [],
    )
    expect(amounts.every((amount) => Number.isSafeInteger(amount) && amount > 0)).toBe(true)
  })

  test('two customers are enough', () => {
    expect([...yearOfBank({ seed: 3, customers: 2 })].length).toBeGreaterThan(50)
  })
})
