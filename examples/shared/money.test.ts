import { describe, expect, test } from 'vitest'
import { formatCount, formatMoney, parseMoney } from './money.ts'

describe('money', () => {
  test.each([
    ['0.10', 10],
    ['0.1', 10],
    ['700', 70_000],
    ['-2656.70', -265_670],
    ['-0.00', 0],
    // 1.15 * 100 is 114.99999999999999 in floating point.
    ['1.15', 115],
    ['9999999999999.99', 999_999_999_999_999],
  ])('%s is read as %i minor units', (text, minor) => {
    expect(parseMoney(text)).toBe(minor)
  })

  test.each(['', '1.234', '1,50', '1.', '.5', '1e3', ' 1', '+1', '0x10', 'NaN', '99999999999999'])(
    'refuses %j',
    (text) => {
      expect(parseMoney(text)).toBeUndefined()
    },
  )

  test.each([
    [0, '0.00'],
    [5, '0.05'],
    [-5, '-0.05'],
    [17_696_125_480, '176,961,254.80'],
    [-100_000, '-1,000.00'],
  ])('%i minor units are written as %s', (minor, text) => {
    expect(formatMoney(minor)).toBe(text)
  })

  test('counts have thousands separators', () => {
    expect([0, 999, 1_000, 46_997, 1_000_000].map(formatCount)).toEqual(['0', '999', '1,000', '46,997', '1,000,000'])
  })
})
