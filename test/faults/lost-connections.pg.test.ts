import { Random } from 'daybook/testing'
import { Client } from 'pg'
import { test } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnOwnPostgres, describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'
import { withstand } from './withstand.ts'

describeOnOwnPostgres(`the server killed in the middle of load (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  test('has every acknowledged event after its restart, in whole appends, and the same store goes on', async () => {
    await using server = await startPostgres()
    const random = new Random(SEED)
    await withstand(
      () => openPostgres(server.url),
      async (progress) => {
        for (let round = 1; round <= 4; round++) {
          await progress(random.integer(200, 1_000))
          await server.stop('immediate')
          await server.start()
          await progress(1)
        }
      },
    )
  })

  test('has every acknowledged event, too, when it was stopped politely', async () => {
    await using server = await startPostgres()
    await withstand(
      () => openPostgres(server.url),
      async (progress) => {
        await progress(300)
        await server.stop('fast')
        await server.start()
        await progress(300)
      },
    )
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
    await withstand(
      () => openPostgres(database.url),
      async (progress) => {
        for (let round = 1; round <= 20; round++) {
          await progress(random.integer(1, 120))
          await killer.query(cut)
        }
        await progress(100)
      },
    )
    await killer.end()
  })
})
