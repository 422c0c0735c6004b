import { describe, expect, test } from 'vitest'
import { type Page, pagedReader } from '../../src/store/index.ts'
import { recordedEvents } from './a-recorded-event.ts'

interface Fetch {
  readonly cursor: number
  readonly size: number
  give(): void
  fail(error: Error): void
}

/** A log of `length` events whose fetches are answered when the test says so; at once, where `answers`. */
function controlled(length: number, { answers = false, ...options }: Options = {}) {
  const fetches: Fetch[] = []
  const reader = pagedReader<number>({
    start: 1,
    ...options,
    fetch(cursor, size) {
      return new Promise((resolve, reject) => {
        fetches.push({ cursor, size, give: () => resolve(pageOf(length, cursor, size)), fail: reject })
        if (answers) fetches.at(-1)?.give()
      })
    },
  })
  return { reader, fetches }
}

interface Options {
  readonly answers?: boolean
  readonly limit?: number
  readonly signal?: AbortSignal
}

function pageOf(length: number, cursor: number, size: number): Page<number> {
  const last = Math.min(length, cursor + size - 1)
  return { events: recordedEvents(cursor, last), next: last < length ? last + 1 : undefined }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('a paged reader', () => {
  test('asks for nothing before it is iterated', async () => {
    const { fetches } = controlled(10)
    await settled()
    expect(fetches).toHaveLength(0)
  })

  test('fetches one page ahead of its consumer, and not two', async () => {
    const { reader, fetches } = controlled(10_000, { answers: true })
    const batches = reader.batches()[Symbol.asyncIterator]()
    await batches.next()
    await settled()
    expect(fetches.map(({ cursor }) => cursor)).toEqual([1, 501])
    await batches.next()
    await settled()
    expect(fetches.map(({ cursor }) => cursor)).toEqual([1, 501, 1_501])
  })

  test('looks at a page when the next has been asked for', async () => {
    const order: string[] = []
    const reader = pagedReader<number>({
      start: 1,
      async fetch(cursor) {
        order.push(`asked for ${cursor}`)
        return {
          next: cursor < 3 ? cursor + 1 : undefined,
          get events() {
            if (order.at(-1) !== `looked at ${cursor}`) order.push(`looked at ${cursor}`)
            return recordedEvents(cursor, cursor)
          },
        }
      },
    })
    await reader.toArray()
    expect(order).toEqual(['asked for 1', 'asked for 2', 'looked at 1', 'asked for 3', 'looked at 2', 'looked at 3'])
  })

  test('begins with a small page and goes on with larger ones', async () => {
    const { reader, fetches } = controlled(3_500, { answers: true })
    expect(await reader.toArray()).toEqual(recordedEvents(1, 3_500))
    expect(fetches.map(({ size }) => size)).toEqual([500, 1_000, 1_000, 1_000])
  })

  test('asks for no more than its limit', async () => {
    const { reader, fetches } = controlled(6_000, { answers: true, limit: 700 })
    expect(await reader.toArray()).toHaveLength(700)
    expect(fetches.map(({ size }) => size)).toEqual([500, 200])
  })

  test('asks for nothing when its limit is 0', async () => {
    const { reader, fetches } = controlled(10, { limit: 0 })
    expect(await reader.toArray()).toEqual([])
    expect(fetches).toHaveLength(0)
  })

  test('skips pages on which the filter left nothing', async () => {
    let fetches = 0
    const reader = pagedReader<number>({
      start: 0,
      fetch: async (cursor) => {
        fetches++
        return { events: cursor === 3 ? recordedEvents(1, 1) : [], next: cursor < 5 ? cursor + 1 : undefined }
      },
    })
    const batches = []
    for await (const batch of reader.batches()) batches.push(batch)
    expect(batches).toEqual([recordedEvents(1, 1)])
    expect(fetches).toBe(6)
  })

  test('fails with what a fetch fails with, after the pages before it', async () => {
    const { reader, fetches } = controlled(1_000)
    const iterator = reader.batches()[Symbol.asyncIterator]()
    const first = iterator.next()
    fetches[0]?.give()
    expect((await first).value).toHaveLength(500)
    fetches[1]?.fail(new Error('the disk is gone'))
    await expect(iterator.next()).rejects.toThrow('the disk is gone')
    expect((await iterator.next()).done).toBe(true)
  })

  test('lets the failure of a page that nobody asked for go unnoticed', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { reader, fetches } = controlled(1_000)
    const iterator = reader[Symbol.asyncIterator]()
    const first = iterator.next()
    fetches[0]?.give()
    await first
    fetches[1]?.fail(new Error('the disk is gone'))
    await iterator.return?.()
    await settled()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('does not wait for a fetch that is under way when it is aborted', async () => {
    const controller = new AbortController()
    const { reader, fetches } = controlled(10, { signal: controller.signal })
    const reading = reader.toArray()
    await settled()
    expect(fetches).toHaveLength(1)
    controller.abort(new Error('too slow'))
    await expect(reading).rejects.toThrow('too slow')
  })

  test('hands the events of a page to concurrent calls of next in turn', async () => {
    const { reader, fetches } = controlled(3)
    const iterator = reader[Symbol.asyncIterator]()
    const calls = [iterator.next(), iterator.next(), iterator.next(), iterator.next()]
    await settled()
    expect(fetches).toHaveLength(1)
    fetches[0]?.give()
    const results = await Promise.all(calls)
    expect(results.map(({ value, done }) => (done ? 'done' : value.position))).toEqual([1, 2, 3, 'done'])
  })

  test('gives nothing after it was left', async () => {
    const { reader } = controlled(10, { answers: true })
    const iterator = reader[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.return?.()
    expect((await iterator.next()).done).toBe(true)
  })
})
