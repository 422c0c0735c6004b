import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SqlStore } from '../../src/store/index.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { postgresTargets } from '../../src/targets/postgres/index.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeTargets } from './describe-targets.ts'

describeOnPostgres('on PostgreSQL', () => {
  const server = useTestDatabase()
  let store: SqlStore
  beforeAll(async () => {
    store = await openPostgres(server.url)
  })
  afterAll(() => store.close())

  describeTargets(() => postgresTargets(store.database))

  test('eight that open the same new read model at once make one table', async () => {
    const targets = postgresTargets(store.database)
    await Promise.all(Array.from({ length: 8 }, () => targets.open('main', 'new')))
    const { rows } = await store.database.transaction((client) =>
      client.query(
        `select count(*)::int as tables from pg_tables where schemaname = 'daybook_read_models' and tablename = 'new'`,
      ),
    )
    expect(rows[0]?.tables).toBe(1)
  })

  test('rows that fail to be written leave the checkpoint where it was', async () => {
    const target = await postgresTargets(store.database).open('main', 'failing')
    const broken = new Map([['a\u0000', { row: {}, position: 1 }]])
    await expect(target.save(broken, 0, 1)).rejects.toThrow()
    expect(await target.checkpoint()).toBe(0)
    expect(await target.save(new Map([['a', { row: {}, position: 1 }]]), 0, 1)).toBe(true)
  })

  test('logs share a table and no rows', async () => {
    const targets = postgresTargets(store.database)
    const [one, two] = [await targets.open('one', 'shared'), await targets.open('two', 'shared')]
    await one.save(new Map([['a', { row: { of: 'one' }, position: 1 }]]), 0, 1)
    expect(await two.get('a')).toBeUndefined()
    expect(await two.checkpoint()).toBe(0)
  })

  test('a name longer than a table’s is refused', async () => {
    const opened = postgresTargets(store.database).open('main', 'x'.repeat(64))
    await expect(opened).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})
