import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RecordedEvent } from '../../src/events/index.ts'
import type { EventLog, EventStore } from '../../src/store/index.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { Follower } from './follow.ts'

function append(log: EventLog, data: string, transaction?: Client) {
  const request = { streams: [{ stream: 'account-1', events: [{ type: 'Noted', data }] }] }
  return log.append(request, transaction === undefined ? {} : { transaction })
}

function dataOf(events: readonly RecordedEvent[]): unknown[] {
  return events.map((event) => event.data)
}

describeOnPostgres('an append whose transaction is held back', () => {
  const database = useTestDatabase()
  let store: EventStore
  let holder: Client
  let observer: Client
  let logs = 0
  let log: EventLog

  beforeAll(async () => {
    store = await openPostgres(database.url)
  })
  afterAll(() => store.close())
  beforeEach(async () => {
    log = store.log(`held-back-${++logs}`)
    holder = new Client(database.url)
    observer = new Client(database.url)
    await Promise.all([holder.connect(), observer.connect()])
    await append(log, 'before')
    await holder.query('begin')
    await append(log, 'held back', holder)
  })
  afterEach(() => Promise.all([holder.end(), observer.end()]))

  /** The barrier: somebody waits for a lock of the holder's. */
  async function untilOneWaits(): Promise<void> {
    const waiting = `select count(*)::int as waiting from pg_locks where not granted
                     and pid in (select pid from pg_stat_activity where datname = current_database())`
    await expect.poll(async () => (await observer.query(waiting)).rows[0].waiting).toBeGreaterThan(0)
  }

  test('is seen by nobody before its commit, and keeps no reader waiting', async () => {
    expect(dataOf(await log.read().toArray())).toEqual(['before'])
    expect(await log.head()).toBe(1)
    await holder.query('commit')
    expect(dataOf(await log.read().toArray())).toEqual(['before', 'held back'])
  })

  test('is missed by no reader: what comes later waits for it', async () => {
    const follower = new Follower(log)
    const later = append(log, 'later')
    await untilOneWaits()
    expect(dataOf(await log.read().toArray())).toEqual(['before'])
    await holder.query('commit')
    const { position } = await later
    expect(position).toBe(3)
    expect(dataOf(await follower.reach(3))).toEqual(['before', 'held back', 'later'])
    expect(dataOf(await log.read().toArray())).toEqual(['before', 'held back', 'later'])
  })

  test('leaves no gap when it is rolled back', async () => {
    const later = append(log, 'later')
    await untilOneWaits()
    await holder.query('rollback')
    expect((await later).position).toBe(2)
    expect(dataOf(await log.read().toArray())).toEqual(['before', 'later'])
  })

  test('leaves no gap when its connection is lost', async () => {
    const later = append(log, 'later')
    await untilOneWaits()
    holder.on('error', () => {})
    const { rows } = await observer.query("select pid from pg_stat_activity where state = 'idle in transaction'")
    await observer.query('select pg_terminate_backend($1)', [rows[0].pid])
    expect((await later).position).toBe(2)
  })

  test('holds up no other log', async () => {
    const other = store.log(`other-${logs}`)
    const follower = new Follower(other)
    const later = append(log, 'later')
    await untilOneWaits()
    for (const n of [1, 2, 3]) expect((await append(other, `other ${n}`)).position).toBe(n)
    expect(await follower.reach(3)).toHaveLength(3)
    await holder.query('commit')
    await later
  })

  test('does not hold up a tail of its own log when the open transaction is of another sort', async () => {
    await holder.query('commit')
    const writer = new Client(database.url)
    await writer.connect()
    await writer.query('begin')
    await writer.query('create table public.mine (n integer)')
    await writer.query('select pg_current_xact_id()')
    const follower = new Follower(log)
    await append(log, 'while a transaction is open')
    expect(dataOf(await follower.reach(3))).toEqual(['before', 'held back', 'while a transaction is open'])
    await writer.query('rollback')
    await writer.end()
  })
})
