/** An append may join the caller's own transaction, and a store may use the caller's own pool. */
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EventLog, SqlStore } from '../../src/store/index.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

describeOnPostgres('joining a transaction of the caller', () => {
  const database = useTestDatabase()
  let store: SqlStore
  let client: Client
  let log: EventLog
  let count = 0

  beforeAll(async () => {
    store = await openPostgres(database.url)
    client = new Client({ connectionString: database.url })
    await client.connect()
    await client.query('create table orders (id text primary key)')
  })

  beforeEach(() => {
    log = store.log(`log-${count++}`)
  })

  afterAll(async () => {
    await client.end()
    await store.close()
  })

  test('its rows and events are there together after the commit, and not before', async () => {
    await client.query('begin')
    await client.query("insert into orders values ('committed')")
    const appended = await log.append(anAppend('none'), { transaction: client })
    expect(appended).toMatchObject({ position: 1, versions: { 'order-1': 1 }, repeated: false })
    expect(await log.head()).toBe(0)
    await client.query('commit')
    expect(await log.read().toArray()).toEqual(appended.events)
  })

  test('a rollback takes both back, and the position is given to the next append', async () => {
    await client.query('begin')
    await client.query("insert into orders values ('rolled back')")
    await log.append(anAppend('none'), { transaction: client })
    await client.query('rollback')
    expect(await log.head()).toBe(0)
    expect((await log.append(anAppend('none'))).position).toBe(1)
  })

  test('a version conflict leaves the transaction usable', async () => {
    await log.append(anAppend('none'))
    await client.query('begin')
    const refused = log.append(anAppend('none'), { transaction: client })
    await expect(refused).rejects.toMatchObject({ code: 'version-conflict', details: { actual: 1 } })
    await client.query("insert into orders values ('after a conflict')")
    await client.query('commit')
    expect((await client.query("select from orders where id = 'after a conflict'")).rowCount).toBe(1)
  })

  test('its commit wakes a tail', async () => {
    const ending = new AbortController()
    const tail = log.tail({ signal: ending.signal, pollIntervalMs: 60_000 })[Symbol.asyncIterator]()
    const first = tail.next()
    await waitForListener(client)
    await client.query('begin')
    await log.append(anAppend('none'), { transaction: client })
    await client.query('commit')
    expect((await first).value.position).toBe(1)
    ending.abort()
    expect(await tail.next()).toEqual({ value: undefined, done: true })
  })

  test('what is no pg client is refused', async () => {
    for (const transaction of [{}, 'client', new Pool()]) {
      await expect(log.append(anAppend('any'), { transaction })).rejects.toMatchObject({ code: 'invalid-argument' })
    }
  })
})

describeOnPostgres("a pool of the caller's own", () => {
  const database = useTestDatabase()

  test('is used for everything, and left open', async () => {
    const pool = new Pool({ connectionString: database.url, max: 4 })
    const store = await openPostgres(pool)
    const log = store.log('main')
    const ending = new AbortController()
    const seen: number[] = []
    const tailing = (async () => {
      for await (const { position } of log.tail({ signal: ending.signal }))
        if (seen.push(position) === 50) ending.abort()
    })()
    await Promise.all(Array.from({ length: 50 }, () => log.append(anAppend('any'))))
    await tailing
    expect(seen).toEqual(Array.from({ length: 50 }, (_, place) => place + 1))
    await store.close()
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })
})

function anAppend(expectedVersion: 'none' | 'any') {
  return { streams: [{ stream: 'order-1', events: [{ type: 'OrderPlaced', data: { total: 1 } }], expectedVersion }] }
}

/** Until some other session listens: a notification sent before that is heard by nobody. */
async function waitForListener(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      "select count(*)::int as n from pg_stat_activity where query = 'listen daybook'",
    )
    if (rows[0].n > 0) return
  }
}
