import { expect, test } from 'vitest'
import { addDays, daysBetween, parseDay } from './dates.ts'

test('days › YYMMDD is a day of the calendar, in the century of computers', () => {
  expect(parseDay('930101')).toBe('1993-01-01')
  expect(parseDay('040229')).toBe('2004-02-29')
})

test.each(['930229', '931301', '930100', '93010', '9301011', '1993-1', '', '93o101'])('days › refuses %j', (text) => {
  expect(parseDay(text)).toBeUndefined()
})

test('days › are counted across months and leap years', () => {
  expect(addDays('1993-12-31', 1)).toBe('1994-01-01')
  expect(addDays('2024-03-01', -1)).toBe('2024-02-29')
  expect(daysBetween('2024-01-01', '2025-01-01')).toBe(366)
})
