import { Random } from 'daybook/testing'
import { expect } from 'vitest'
import type { EventStore } from '../../src/store/index.ts'
import { Follower } from './follow.ts'
import { assertRecovered, runLoad } from './load.ts'
import { SEED } from './seed.ts'

const WRITERS = 16

/** Keeps the store busy while `disturb` happens to it, and checks what is there in the end. */
export async function withstand(
  open: () => Promise<EventStore>,
  disturb: (progress: (appends: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const store = await open()
  const log = store.log('loaded')
  // So that it looks, too, while there is no server.
  const follower = new Follower(log, { pollIntervalMs: 5 })
  const acknowledged: string[][] = []
  const stop = new AbortController()
  const loading = runLoad(log, {
    writers: WRITERS,
    random: new Random(SEED),
    signal: stop.signal,
    onAcknowledged: (eventIds) => acknowledged.push([...eventIds]),
  })
  /** The barrier: so many appends more have been acknowledged. */
  const progress = async (appends: number) => {
    const enough = acknowledged.length + appends
    while (acknowledged.length < enough) await Promise.race([loading, new Promise((go) => setImmediate(go))])
  }
  await disturb(progress)
  stop.abort()
  await loading
  const events = await log.read().toArray()
  assertRecovered(events, acknowledged.flat())
  expect(await follower.reach(events.length)).toEqual(events)
  await store.close()
}
