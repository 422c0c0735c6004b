import { Random } from 'daybook/testing'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnOwnPostgres, describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { Follower } from './follow.ts'
import { assertRecovered, runLoad } from './load.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'

const WRITERS = 16

/** Keeps the store busy while `disturb` happens to it, and checks what is there in the end. */
async function withstand(url: string, disturb: (progress: (appends: number) => Promise<void>) => Promise<void>) {
  const store = await openPostgres(url)
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

describeOnOwnPostgres(`the server killed in the middle of load (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  test('has every acknowledged event after its restart, in whole appends, and the same store goes on', async () => {
    await using server = await startPostgres()
    const random = new Random(SEED)
    await withstand(server.url, async (progress) => {
      for (let round = 1; round <= 4; round++) {
        await progress(random.integer(200, 1_000))
        await server.stop('immediate')
        await server.start()
        await progress(1)
      }
    })
  })

  test('has every acknowledged event, too, when it was stopped politely', async () => {
    await using server = await startPostgres()
    await withstand(server.url, async (progress) => {
      await progress(300)
      await server.stop('fast')
      await server.start()
      await progress(300)
    })
  })
})

describeOnPostgres(`connections cut in the middle of load (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()

  test('lose nothing, double nothing, and are made again', async () => {
    const random = new Random(SEED)
    const killer = new Client(database.url)
    await killer.connect()
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid() and random() < 0.7`
    await withstand(database.url, async (progress) => {
      for (let round = 1; round <= 20; round++) {
        await progress(random.integer(1, 120))
        await killer.query(cut)
      }
      await progress(100)
    })
    await killer.end()
  })
})
