import { expect, test } from 'vitest'
import { KeyFilter } from '../../src/projections/key-filter.ts'

test('KeyFilter › has every key that was added, and denies almost every other one', () => {
  const filter = new KeyFilter()
  const keys = (prefix: string) => Array.from({ length: 300_000 }, (_, n) => `${prefix}-${n}`)
  for (const key of keys('account')) filter.add(key)
  expect(keys('account').filter((key) => !filter.mayHave(key))).toEqual([])
  const inDoubt = [...keys('order'), ...keys('accounts')].filter((key) => filter.mayHave(key))
  expect(inDoubt.length).toBeLessThan(600)
})
