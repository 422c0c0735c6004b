import { Client } from 'pg'
import { expect, test } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { knownMigrations } from '../../src/stores/postgres/migrate.ts'
import { createEmptyDatabase, describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

const KNOWN = knownMigrations().length

describeOnPostgres('migrations', () => {
  const empty = useTestDatabase(createEmptyDatabase)

  test('an empty database is migrated by open, also by eight at once, each migration once', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => openPostgres(empty.url)))
    await Promise.all(stores.map((store) => store.close()))
    expect(await query('select number from daybook.migrations order by number')).toHaveLength(KNOWN)
  })

  test('a database that a newer Daybook has migrated is refused', async () => {
    await query("insert into daybook.migrations (number, name, checksum) values (9999, 'from the future', '')")
    await expect(openPostgres(empty.url, { migrate: true })).rejects.toMatchObject({
      code: 'store-newer',
      details: { found: KNOWN + 1, known: KNOWN },
    })
    await query('delete from daybook.migrations where number = 9999')
  })

  test('a migration that was altered after it had been applied is named', async () => {
    const [{ name, checksum }] = (await query('select name, checksum from daybook.migrations where number = 3')) as [
      { name: string; checksum: string },
    ]
    await query("update daybook.migrations set checksum = 'other' where number = 3")
    await expect(openPostgres(empty.url)).rejects.toMatchObject({
      code: 'migration-altered',
      details: { migration: name },
    })
    await query(`update daybook.migrations set checksum = '${checksum}' where number = 3`)
  })

  test('a populated database waits for the word, and is then migrated', async () => {
    await query('drop schema daybook cascade')
    for (const { text, number, name, checksum } of knownMigrations().slice(0, -1)) {
      await query(text)
      await query(
        `insert into daybook.migrations (number, name, checksum) values (${number}, '${name}', '${checksum}')`,
      )
    }
    await expect(openPostgres(empty.url)).rejects.toMatchObject({
      code: 'migration-needed',
      details: { found: KNOWN - 1, known: KNOWN },
    })
    const store = await openPostgres(empty.url, { migrate: true })
    expect(await store.log('main').positionAt(new Date())).toBe(0)
    await store.close()
  })

  async function query(text: string): Promise<unknown[]> {
    const client = new Client({ connectionString: empty.url })
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }
})
