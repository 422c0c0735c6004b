import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RecordedEvent } from '../../src/events/index.ts'
import { type TailOptions, tailReader, Wakeups } from '../../src/store/index.ts'
import { recordedEvents } from './a-recorded-event.ts'

class ConnectionLost extends Error {}

/** A log that a test lets grow, and whose fetches a test may fail. */
class Source {
  readonly log = 'main'
  readonly wakeups = new Wakeups()
  head = 0
  failures: Error[] = []
  readonly fetches: number[] = []
  /** Called within a fetch, after it has looked. */
  afterLook: () => void = () => {}

  readonly isTransient = (error: unknown) => error instanceof ConnectionLost

  readonly fetchAfter = async (position: number, size: number) => {
    this.fetches.push(position)
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    const last = Math.min(this.head, position + size)
    const page = { events: recordedEvents(position + 1, last), searchedTo: last, caughtUp: last === this.head }
    this.afterLook()
    return page
  }

  grow(events: number): void {
    this.head += events
    this.wakeups.wake(this.log)
  }
}

describe('a tail', () => {
  let source: Source
  let stop: AbortController
  let seen: RecordedEvent[]

  beforeEach(() => {
    vi.useFakeTimers()
    source = new Source()
    stop = new AbortController()
    seen = []
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  async function follow(options: TailOptions = {}): Promise<void> {
    for await (const event of tailReader(source, { ...options, signal: stop.signal })) seen.push(event)
  }

  /** Lets everything happen that needs no time. */
  async function settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0)
  }

  function positions(): number[] {
    return seen.map((event) => event.position)
  }

  test('reads on at once while there is more', async () => {
    source.head = 2_500
    void follow()
    await settle()
    expect(seen).toHaveLength(2_500)
    expect(source.fetches).toEqual([0, 1_000, 2_000])
  })

  test('looks when it is woken, from where it has looked', async () => {
    source.head = 2
    void follow()
    await settle()
    source.grow(1)
    await settle()
    expect(positions()).toEqual([1, 2, 3])
    expect(source.fetches).toEqual([0, 2])
  })

  test('looks again at once when it was woken while it looked', async () => {
    source.afterLook = () => {
      source.afterLook = () => {}
      source.grow(1)
    }
    void follow()
    await settle()
    expect(positions()).toEqual([1])
  })

  test('looks again at once when all were woken while it looked', async () => {
    source.afterLook = () => {
      source.afterLook = () => {}
      source.head = 1
      source.wakeups.wakeAll()
    }
    void follow()
    await settle()
    expect(positions()).toEqual([1])
  })

  test('looks after a while when nothing wakes it', async () => {
    void follow({ pollIntervalMs: 500 })
    await settle()
    source.head = 1
    await vi.advanceTimersByTimeAsync(499)
    expect(positions()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(positions()).toEqual([1])
  })

  test('begins after the position given, also one still to come', async () => {
    source.head = 3
    void follow({ after: 5 })
    await settle()
    source.grow(4)
    await settle()
    expect(positions()).toEqual([6, 7])
  })

  test('backs off while the connection is lost, and goes on where it was', async () => {
    vi.useRealTimers()
    source.head = 2
    void follow()
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    source.failures = [new ConnectionLost(), new ConnectionLost(), new ConnectionLost()]
    source.grow(1)
    await vi.waitFor(() => expect(positions()).toEqual([1, 2, 3]))
    expect(source.fetches.slice(1)).toEqual([2, 2, 2, 2])
    stop.abort()
  })

  test('fails with what does not pass', async () => {
    source.failures = [new Error('permission denied')]
    await expect(follow()).rejects.toThrow('permission denied')
  })

  test.each([
    ['while it waits', async () => settle()],
    [
      'while it backs off',
      async () => {
        source.failures = [new ConnectionLost(), new ConnectionLost()]
        source.wakeups.wake('main')
        await settle()
      },
    ],
    ['before it begins', async () => {}],
  ])('ends without an error when aborted %s', async (_, reachState) => {
    const following = follow()
    await reachState()
    stop.abort(new Error('enough'))
    await following
    const looked = source.fetches.length
    source.grow(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(source.fetches).toHaveLength(looked)
  })

  test('does not wait for a fetch under way when aborted', async () => {
    const endless = { ...source, wakeups: source.wakeups, fetchAfter: () => new Promise<never>(() => {}) }
    const following = tailReader(endless, { signal: stop.signal }).toArray()
    await settle()
    stop.abort()
    expect(await following).toEqual([])
  })

  test('gives nothing more of its page when aborted between two events', async () => {
    source.head = 10
    for await (const event of tailReader(source, { signal: stop.signal })) {
      seen.push(event)
      if (event.position === 3) stop.abort()
    }
    expect(positions()).toEqual([1, 2, 3])
  })

  test('leaves no timer behind', async () => {
    const following = follow()
    await settle()
    stop.abort()
    await following
    expect(vi.getTimerCount()).toBe(0)
  })
})
