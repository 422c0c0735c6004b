import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SqlStore } from '../../src/store/index.ts'

const CHANGES = [
  `update daybook.events set data = '{}'`,
  `update daybook.events set data = '{}' where position = 1`,
  'update daybook.events set type = type where false',
  'delete from daybook.events',
  'delete from daybook.events where position = 2',
  'truncate daybook.events',
  'truncate daybook.events cascade',
  `update daybook.tags set tag = 'other'`,
  'delete from daybook.tags',
  'truncate daybook.tags',
  `insert into daybook.events select * from daybook.events on conflict (log, position) do update set data = '{}'`,
]

/** The database itself refuses to change an event, also for the owner of the tables, also with triggers disabled. */
export function refusesChange(title: string, open: () => Promise<SqlStore>): void {
  describe(title, () => {
    let store: SqlStore

    beforeAll(async () => {
      store = await open()
      const events = ['one', 'two'].map((data) => ({ type: 'Noted', data, tags: [data] }))
      await store.log('main').append({ streams: [{ stream: 'account-1', events }] })
    })
    afterAll(() => store.close())

    async function attempt(...statements: string[]): Promise<void> {
      await store.database.transaction(async (client) => {
        for (const statement of statements) await client.query(statement)
      })
    }

    for (const change of CHANGES) {
      test(`refuses: ${change}`, async () => {
        const before = await store.log('main').read().toArray()
        await expect(attempt(change)).rejects.toThrow(/Events are never changed/)
        await expect(attempt('set local session_replication_role = replica', change)).rejects.toThrow(
          /Events are never changed/,
        )
        expect(await store.log('main').read().toArray()).toEqual(before)
      })
    }
  })
}
