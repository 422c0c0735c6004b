/** What a projection finds wrong around it, and says; and how it is seen from elsewhere. */
import { type Daybook, DaybookError, isSqlStore, open, type ReadModelTargets, readModel } from 'daybook'
import { expect, test } from 'vitest'
import { instead } from '../support/instead.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { expectedSums, Noted, Paid, rowsOf, sums } from './ledger.ts'

const quiet = { onFailure: () => {} }

describeOnPostgres('a projection', () => {
  const database = useTestDatabase()

  async function query(daybook: Daybook, text: string): Promise<void> {
    if (!isSqlStore(daybook.store)) throw new Error('not on SQL')
    await daybook.store.database.transaction((client) => client.query(text))
  }

  async function filled(log: string): Promise<Daybook> {
    const daybook = await open(database.url, { log })
    await daybook.append('account-a', [Paid({ amount: 1 }), Paid({ amount: 2 })])
    await daybook.project(sums, { follow: false })
    return daybook
  }

  test('whose checkpoint is ahead of the log stops, and says so', async () => {
    await using daybook = await filled('ahead')
    await query(daybook, `update daybook.generations set position = 99 where log = 'ahead'`)
    const projection = await daybook.project(sums, quiet)
    const details = { projection: 'sums', checkpoint: 99, head: 2 }
    await expect(projection.reached(100)).rejects.toMatchObject({ code: 'checkpoint-ahead', details })
    expect(await projection.report()).toMatchObject({ state: 'failed', lastError: { code: 'checkpoint-ahead' } })
  })

  test('whose rows were deleted by somebody else stops, also while it runs', async () => {
    await using daybook = await filled('emptied')
    const projection = await daybook.project(sums, quiet)
    await projection.reached(2)
    await query(daybook, `delete from daybook_read_models."sums~1" where log = 'emptied'`)
    await expect.poll(() => projection.status, { timeout: 10_000 }).toBe('failed')
    expect(projection.failure).toMatchObject({ code: 'target-emptied', details: { checkpoint: 2 } })
  })

  test('of a definition that has changed is refused, and the rows of the one before are still read', async () => {
    await using daybook = await filled('changed')
    const changed = readModel('sums', { events: [Paid], key: () => 'all', initial: { n: 0 } }).evolve({
      Paid: (row) => ({ n: row.n + 1 }),
    })
    await expect(daybook.project(changed)).rejects.toMatchObject({ code: 'rebuild-needed' })
    expect(await rowsOf(await daybook.project(sums))).toEqual(expectedSums(await daybook.read().toArray()))
  })

  test('that another process keeps up to date is waited for, reported, and taken over when that one stops', async () => {
    await using one = await open(database.url, { log: 'instances' })
    await using two = await open(database.url, { log: 'instances' })
    const leader = await one.project(sums)
    await leader.reached((await one.append('account-a', Paid({ amount: 1 }))).position)
    const standby = await two.project(sums)
    const { position } = await one.append('account-b', [Paid({ amount: 5 }), Noted({ text: 'x' })])
    await standby.reached(position)
    expect(await rowsOf(standby)).toEqual(expectedSums(await one.read().toArray()))
    expect([leader.state, standby.state]).toEqual(['live', 'waiting'])
    await expect.poll(async () => (await two.projections())[0]?.state, { timeout: 10_000 }).toBe('live')
    const report = { name: 'sums', checkpoint: 3, head: 3, quarantined: 0, lag: { events: 0, seconds: 0 } }
    await expect.poll(() => two.projections(), { timeout: 10_000 }).toMatchObject([report])
    await leader.stop()
    await standby.reached((await one.append('account-c', Paid({ amount: 7 }))).position)
    await expect.poll(() => standby.state).toBe('live')
    await standby.stop()
    expect(await one.projections()).toMatchObject([{ name: 'sums', state: 'stopped' }])
    await one.append('account-c', Paid({ amount: 8 }))
    expect(await two.projections()).toMatchObject([{ lag: { events: 1 }, head: 5 }])
  })

  test('that waits bears a target that is away for a while, and says so', async () => {
    let lost = 0
    const away = async () => {
      lost++
      throw new DaybookError('connection-lost', 'lost by the test', { engine: 'test', attempts: 1 })
    }
    let isAway = false
    const targets = (all: ReadModelTargets) =>
      instead(all, {
        open: async (log, name) => {
          const target = await all.open(log, name)
          return instead(target, { live: (fingerprint) => (isAway ? away() : target.live(fingerprint)) })
        },
      })
    await using one = await open(database.url, { log: 'away' })
    await using two = await open(database.url, { log: 'away', instruments: { targets } })
    const leader = await one.project(sums)
    await leader.reached((await one.append('account-a', Paid({ amount: 1 }))).position)
    const standby = await two.project(sums)
    await standby.reached(1)
    isAway = true
    const { position } = await one.append('account-b', Paid({ amount: 5 }))
    const reached = standby.reached(position)
    await expect.poll(() => lost).toBeGreaterThan(5)
    expect(await standby.report()).toMatchObject({ lastError: { code: 'connection-lost' } })
    isAway = false
    await reached
    expect(await rowsOf(standby)).toEqual(expectedSums(await one.read().toArray()))
  })

  test('of few types reads history by a filter, and of most of them the whole of it', async () => {
    await using daybook = await open(database.url, { log: 'filters' })
    const history = Array.from({ length: 9_000 }, (_, n) =>
      n % 100 === 0 ? Noted({ text: `${n}` }) : Paid({ amount: n % 7 }),
    )
    await daybook.import(history.map((each, n) => ({ stream: `account-${n % 10}`, ...each })))
    const notes = readModel('notes', { events: [Noted], key: () => 'all', initial: { n: 0 } }).evolve({
      Noted: (row) => ({ n: row.n + 1 }),
    })
    let read = 0
    const counting = (log: ReturnType<Daybook['store']['log']>): typeof log =>
      Object.assign(Object.create(log), {
        append: (...given: Parameters<typeof log.append>) => log.append(...given),
        head: () => log.head(),
        tail: (...given: Parameters<typeof log.tail>) => log.tail(...given),
        leases: log.leases,
        name: log.name,
        read: (...given: Parameters<typeof log.read>) => {
          const reader = log.read(...given)
          return Object.assign(Object.create(reader), {
            async *batches() {
              for await (const batch of reader.batches()) {
                read += batch.length
                yield batch
              }
            },
          })
        },
      })
    await using watched = await open(database.url, { log: 'filters', instruments: { log: (log) => counting(log) } })
    const projection = await watched.project(notes, { follow: false })
    expect(await projection.get('all')).toEqual({ n: 90 })
    expect(read).toBe(90)
    expect(await rowsOf(await daybook.project(sums, { follow: false }))).toEqual(
      expectedSums(await daybook.read().toArray()),
    )
  })
})
