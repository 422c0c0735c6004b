import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Wakeups } from '../../src/store/index.ts'

const LONG_MS = 60_000

describe('wake-ups', () => {
  let wakeups: Wakeups

  beforeEach(() => {
    vi.useFakeTimers()
    wakeups = new Wakeups()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A wait, and whether it is over. */
  function waitFor(log: string, signal?: AbortSignal, seen = wakeups.count(log)) {
    const wait = { isOver: false }
    void wakeups.wait(log, seen, LONG_MS, signal).then(() => {
      wait.isOver = true
    })
    return wait
  }

  async function settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0)
  }

  test('wake everybody who waits for the log, and nobody else', async () => {
    const waits = [waitFor('main'), waitFor('main'), waitFor('tenant-7')]
    wakeups.wake('main')
    await settle()
    expect(waits.map(({ isOver }) => isOver)).toEqual([true, true, false])
  })

  test('are not missed by who looked before and waits after', async () => {
    const seen = wakeups.count('main')
    wakeups.wake('main')
    const wait = waitFor('main', undefined, seen)
    await settle()
    expect(wait.isOver).toBe(true)
  })

  test('of all logs wake who waits, and are not missed by who is looking', async () => {
    const waits = [waitFor('main'), waitFor('tenant-7')]
    const seen = wakeups.count('tenant-8')
    wakeups.wakeAll()
    waits.push(waitFor('tenant-8', undefined, seen))
    await settle()
    expect(waits.map(({ isOver }) => isOver)).toEqual([true, true, true])
  })

  test('are over after a while', async () => {
    const wait = waitFor('main')
    await vi.advanceTimersByTimeAsync(LONG_MS - 1)
    expect(wait.isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(wait.isOver).toBe(true)
  })

  test('are over when aborted, before or meanwhile, and leave no timer', async () => {
    const controller = new AbortController()
    const waits = [waitFor('main', AbortSignal.abort()), waitFor('main', controller.signal)]
    await settle()
    expect(waits.map(({ isOver }) => isOver)).toEqual([true, false])
    controller.abort()
    await settle()
    expect(waits[1]?.isOver).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('may be waited for again', async () => {
    for (let round = 0; round < 3; round++) {
      const wait = waitFor('main')
      await settle()
      expect(wait.isOver).toBe(false)
      wakeups.wake('main')
      await settle()
      expect(wait.isOver).toBe(true)
    }
  })
})
