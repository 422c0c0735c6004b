import { compareLogs, copyLog } from 'daybook'
import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { createTestDatabase, describeOnPostgres, type TestDatabase, useTestDatabase } from '../support/postgres.ts'
import { describeMoving, fill } from './describe-moving.ts'

describeOnPostgres('on PostgreSQL', () => {
  const made: TestDatabase[] = []
  afterAll(async () => {
    for (const database of made) await database.drop()
  })

  describeMoving('moving between two databases', async () => {
    const database = await createTestDatabase()
    made.push(database)
    return await openPostgres(database.url)
  })
})

describeOnPostgres('a copy that follows', () => {
  const [one, other] = [useTestDatabase(), useTestDatabase()]

  test('outlives its connections', async () => {
    await using from = await openPostgres(one.url)
    await using to = await openPostgres(other.url)
    await fill(from.log('main'), 20)
    const ending = new AbortController()
    let cut: Promise<void> | undefined
    const copying = copyLog(from.log('main'), to.log('main'), {
      follow: true,
      signal: ending.signal,
      onProgress: ({ copied }) => {
        cut ??= cutConnections(other.url)
        if (copied === 60) ending.abort()
      },
    })
    await fill(from.log('main'), 20, 21)
    await cut
    await fill(from.log('main'), 20, 41)
    expect(await copying).toBe(60)
    expect(await compareLogs(from.log('main'), to.log('main'))).toMatchObject({ same: true, events: 60 })
  })
})

/** Of everybody at the database but the one who asks. */
async function cutConnections(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await client.end()
}
