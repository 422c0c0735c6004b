import { afterEach, describe, expect, test, vi } from 'vitest'
import { isEventId, newEventId } from '../../src/events/index.ts'

/** The 48 bits of Unix milliseconds at the beginning. */
function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

describe('event ids', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('are UUIDs of version 7 with the time of their making', () => {
    const before = Date.now()
    const id = newEventId()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(isEventId(id)).toBe(true)
    expect(timeOf(id)).toBeGreaterThanOrEqual(before)
    expect(timeOf(id)).toBeLessThan(before + 60_000)
  })

  test('differ, and sort in the order of their making, however many a millisecond', () => {
    const ids = Array.from({ length: 50_000 }, newEventId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(ids)
  })

  test('sort in the order of their making when the clock goes back', () => {
    const last = newEventId()
    vi.useFakeTimers({ now: Date.now() - 3_600_000 })
    const later = newEventId()
    expect(later > last).toBe(true)
  })

  test.each([
    '',
    'one',
    '0190a5b0-0000-7000-8000-0123456789a',
    '0190a5b0-0000-7000-8000-0123456789abc',
    '0190A5B0-0000-7000-8000-0123456789AB',
    '{0190a5b0-0000-7000-8000-0123456789ab}',
    '0190a5b000007000800001234567 89ab',
    '0190a5b0-0000-7000-8000-0123456789ab\n',
    7,
    null,
    undefined,
  ])('%j is none', (id) => {
    expect(isEventId(id)).toBe(false)
  })

  test('may be UUIDs of any version', () => {
    expect(isEventId('00000000-0000-0000-0000-000000000000')).toBe(true)
    expect(isEventId('6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toBe(true)
  })
})
