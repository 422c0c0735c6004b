/**
 * The moment of the swap, seen by readers, while others write and the projection goes on: called by one test file for
 * each place of rows.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Daybook, event, type OpenOptions, type Projection, readModel } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { rowsOf } from './stock.ts'

const Counted = event('Counted', z.object({}))
const counts = readModel('counts', {
  events: [Counted],
  key: ({ stream }) => stream.id,
  initial: { n: 0 },
  version: 1,
}).evolve({ Counted: ({ n }) => ({ n: n + 1 }) })
const KEYS = Array.from({ length: 8 }, (_, n) => `k${n}`)

/** What is built never gets as far as what is live at this pace, unless the live one waits for it. */
const FAST_WRITE_EVERY_MS = 1
const WRITE_EVERY_MS = 5
/** A hundred times what a swap takes that is not held off by writers, on a machine that does much else. */
const SOON_MS = 5_000

type Counts = Pick<Projection<{ n: number }>, 'get' | 'entries'>

export interface WatchedSwap {
  openDaybook(options: OpenOptions): Promise<Daybook>
  /** How else the rows are read than through `get` and `entries`: as key and count. */
  readonly readOtherwise?: (daybook: Daybook) => () => Promise<ReadonlyMap<string, number>>
  readonly events: number
  /** The live generation waits while it is swapped, so that writers do not hold a swap off. */
  readonly waitsForSwap?: boolean
}

export function describeSwap({ openDaybook, readOtherwise, events, waitsForSwap = false }: WatchedSwap): void {
  describe('a swap', () => {
    test('is seen by no reader as anything but rows that only grow, and the projection goes on in what is new', async () => {
      await using daybook = await openDaybook({ log: 'growing' })
      await daybook.import(
        Array.from({ length: events }, (_, n) => ({ stream: `thing-${KEYS[n % KEYS.length]}`, ...Counted({}) })),
      )
      await using projection = await daybook.project(counts)
      await projection.reached(events)
      const stop = new AbortController()
      const work = [
        ...[0, 1].map((n) =>
          writeUntil(stop.signal, waitsForSwap ? FAST_WRITE_EVERY_MS : WRITE_EVERY_MS, () =>
            daybook.append(`thing-${KEYS[n]}`, Counted({})),
          ),
        ),
        ...KEYS.slice(0, 4).map((key) => readUntil(stop.signal, () => getOne(projection, key))),
        readUntil(stop.signal, () => listAll(projection)),
        ...(readOtherwise === undefined ? [] : [readUntil(stop.signal, readOtherwise(daybook))]),
      ]
      // One that fails is looked at in the end.
      const watched = Promise.all(work)
      watched.catch(() => {})
      const phases: unknown[] = []
      let acceptedMs = 0
      const accept = async () => {
        acceptedMs = performance.now()
        const [report] = await daybook.projections()
        phases.push(report?.rebuild?.phase)
        return true
      }
      try {
        for (let swap = 0; swap < 3; swap++) {
          const { status, comparison } = await daybook.rebuild(counts, { accept })
          expect(status).toBe('swapped')
          if (waitsForSwap) expect(performance.now() - acceptedMs).toBeLessThan(SOON_MS)
          expect(comparison).toMatchObject({ different: 0, onlyLive: 0, onlyBuilt: 0 })
          await projection.reached(await daybook.head())
        }
      } finally {
        stop.abort()
      }
      await watched
      await projection.reached(await daybook.head())
      const rows = Object.values(await rowsOf(daybook, counts)) as { n: number }[]
      expect(rows.reduce((total, { n }) => total + n, 0)).toBe(await daybook.head())
      expect(phases.every((phase) => typeof phase === 'string')).toBe(true)
      expect((await daybook.projections())[0]?.rebuild).toBeUndefined()
    })
  })
}

async function writeUntil(signal: AbortSignal, everyMs: number, append: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await append()
    await delay(everyMs)
  }
}

/** A count that is absent, or smaller than one that was seen before, is a reader that saw neither, or went back in time. */
async function readUntil(signal: AbortSignal, read: () => Promise<ReadonlyMap<string, number>>): Promise<void> {
  let reads = 0
  for (let seen: ReadonlyMap<string, number> = new Map(); !signal.aborted; reads++) {
    const found = await read()
    for (const [key, n] of seen) expect(found.get(key), `count of ${key}`).toBeGreaterThanOrEqual(n)
    seen = found
    await delay(1)
  }
  expect(reads).toBeGreaterThan(3)
}

async function getOne(projection: Counts, key: string): Promise<ReadonlyMap<string, number>> {
  const row = await projection.get(key)
  return new Map([[key, row?.n ?? 0]])
}

async function listAll(projection: Counts): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for await (const [key, { n }] of projection.entries()) found.set(key, n)
  expect([...found.keys()]).toEqual(KEYS)
  return found
}
