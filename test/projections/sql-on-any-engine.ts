import { type Daybook, isSqlStore, type OpenOptions, sqlProjection } from 'daybook'
import { beforeAll, describe, expect, test } from 'vitest'
import { Noted, PAYMENTS_TABLE, Paid, payments } from './ledger.ts'

type OpenDaybook = (options: OpenOptions) => Promise<Daybook>

const quiet = { onQuarantine: () => {}, onFailure: () => {} }

async function query(daybook: Daybook, text: string): Promise<readonly Record<string, unknown>[]> {
  const { store } = daybook
  if (!isSqlStore(store)) throw new Error('not on SQL')
  return (await store.database.transaction((client) => client.query(text))).rows
}

/** Projections by SQL of the user's own, on PostgreSQL and PGlite. */
export function describeSqlProjections(openDaybook: OpenDaybook): void {
  describe('SQL projection', () => {
    beforeAll(async () => {
      await using daybook = await openDaybook({})
      await query(daybook, PAYMENTS_TABLE)
      await query(daybook, 'create table counts (name text primary key, n integer not null)')
    })

    async function fresh(log: string): Promise<Daybook> {
      const daybook = await openDaybook({ log })
      await query(daybook, 'delete from payments')
      return daybook
    }

    const listed = 'select account, amount from payments order by position'

    test('applies each event once, in the transaction of its checkpoint, and goes on where it was', async () => {
      await using daybook = await fresh('sql')
      await daybook.append('account-a', [Paid({ amount: 1 }), Noted({ text: 'not for it' }), Paid({ amount: 2 })])
      await daybook.project(payments, { follow: false })
      const projection = await daybook.project(payments)
      await projection.reached((await daybook.append('account-b', Paid({ amount: 3 }))).position)
      await projection.stop()
      expect(await query(daybook, listed)).toEqual([
        { account: 'a', amount: 1 },
        { account: 'a', amount: 2 },
        { account: 'b', amount: 3 },
      ])
    })

    test('in batches, the statements see them whole and in order', async () => {
      await using daybook = await openDaybook({ log: 'sql-batches' })
      const seen: number[][] = []
      const counting = sqlProjection('counting', {
        events: [Paid],
        applyBatch: async (client, events) => {
          seen.push(events.map(({ position }) => position))
          await client.query(
            `insert into counts values ('paid', $1) on conflict (name) do update set n = counts.n + excluded.n`,
            [events.length],
          )
        },
      })
      await daybook.append(
        'account-a',
        Array.from({ length: 250 }, (_, n) => Paid({ amount: n })),
      )
      await daybook.project(counting, { follow: false })
      expect(seen).toEqual([Array.from({ length: 250 }, (_, n) => n + 1)])
      expect(await query(daybook, `select n from counts where name = 'paid'`)).toEqual([{ n: 250 }])
    })

    test('a poison event holds back its stream, in order; retry and skip do as they say', async () => {
      await using daybook = await fresh('sql-poison')
      // The table takes no amount of a thousand.
      const paid = [1, 1_000, 2].map((amount) => Paid({ amount }))
      await daybook.append('account-a', paid)
      await daybook.append('account-b', Paid({ amount: 5 }))
      const projection = await daybook.project(payments, quiet)
      await projection.reached(4)
      await projection.reached((await daybook.append('account-a', Paid({ amount: 3 }))).position)
      expect(await query(daybook, listed)).toEqual([
        { account: 'a', amount: 1 },
        { account: 'b', amount: 5 },
      ])
      expect(await projection.quarantine.list()).toMatchObject([{ key: 'account-a', position: 2, waiting: 3 }])
      await expect(projection.quarantine.retry('account-a')).rejects.toMatchObject({ code: 'key-quarantined' })
      await projection.quarantine.skip('account-a')
      expect(await projection.quarantine.list()).toEqual([])
      await projection.reached((await daybook.append('account-a', Paid({ amount: 4 }))).position)
      expect((await query(daybook, listed)).map(({ amount }) => amount)).toEqual([1, 2, 5, 3, 4])
    })

    test('an event that cannot be read holds back its stream, and nothing else', async () => {
      await using daybook = await fresh('sql-unreadable')
      await daybook.append('account-a', [Paid({ amount: 1 }), { type: 'Paid', data: {}, schemaVersion: 9 }])
      await daybook.append('account-b', Paid({ amount: 5 }))
      const projection = await daybook.project(payments, quiet)
      await projection.reached((await daybook.append('account-a', Paid({ amount: 2 }))).position)
      expect((await query(daybook, listed)).map(({ amount }) => amount)).toEqual([1, 5])
      expect(await projection.quarantine.list()).toMatchObject([{ key: 'account-a', position: 2, waiting: 2 }])
      await expect(projection.quarantine.retry('account-a')).rejects.toMatchObject({
        code: 'key-quarantined',
        cause: { code: 'unreadable-event' },
      })
      await projection.quarantine.skip('account-a')
      expect((await query(daybook, listed)).map(({ amount }) => amount).sort()).toEqual([1, 2, 5])
    })

    test('a statement that fails and is passed over does not lose its batch in silence', async () => {
      await using daybook = await fresh('sql-swallowed')
      const careless = sqlProjection('careless', {
        events: [Paid],
        apply: async (client) => {
          await client.query('select 1 / 0').catch(() => {})
        },
      })
      await daybook.append('account-a', Paid({ amount: 1 }))
      const projection = await daybook.project(careless, quiet)
      await projection.reached(1)
      expect(await projection.quarantine.list()).toMatchObject([{ key: 'account-a', position: 1 }])
    })

    test('inline, its statements are in the append’s own transaction', async () => {
      await using daybook = await openDaybook({ log: 'sql-inline', inline: [payments] })
      await query(daybook, 'delete from payments')
      await daybook.append('account-a', Paid({ amount: 7 }))
      expect(await query(daybook, listed)).toEqual([{ account: 'a', amount: 7 }])
      const refused = daybook.append('account-a', [Paid({ amount: 8 }), Paid({ amount: 1_000 })])
      await expect(refused).rejects.toMatchObject({ code: 'projection-failed' })
      expect(await query(daybook, listed)).toEqual([{ account: 'a', amount: 7 }])
      expect(await daybook.head()).toBe(1)
    })

    test('another version of the definition is refused, and the same under other source is not', async () => {
      await using daybook = await openDaybook({ log: 'sql-versions' })
      const define = (version: number, value: number) =>
        sqlProjection('versioned', { events: [Paid], version, apply: async () => value })
      await daybook.project(define(1, 1), { follow: false })
      await daybook.project(define(1, 2), { follow: false })
      const changed = daybook.project(define(2, 1), { follow: false })
      await expect(changed).rejects.toMatchObject({
        code: 'rebuild-needed',
        details: { projection: 'versioned' },
        message: expect.stringContaining('Make new tables and give the projection another name'),
      })
    })
  })
}
