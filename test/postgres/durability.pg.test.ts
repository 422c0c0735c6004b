import { open } from 'daybook'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeOnOwnPostgres } from '../support/postgres.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'

/** Every way to lose what is acknowledged, and the code of its risk. */
const RISKS = [
  ['fsync', 'DAYBOOK_POSTGRES_FSYNC_OFF'],
  ['full_page_writes', 'DAYBOOK_POSTGRES_FULL_PAGE_WRITES_OFF'],
  ['synchronous_commit', 'DAYBOOK_POSTGRES_SYNCHRONOUS_COMMIT_OFF'],
] as const

describeOnOwnPostgres('where durability is required', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.close())

  async function configure(setting: string, value: string): Promise<void> {
    const client = new Client({ connectionString: server.url })
    await client.connect()
    try {
      await client.query(`alter system set ${setting} = ${value}`)
      await client.query('select pg_reload_conf()')
      // A session learns of it between two statements.
      for (let found = ''; found !== value; ) found = (await client.query(`show ${setting}`)).rows[0][setting]
    } finally {
      await client.end()
    }
  }

  describe.each(RISKS)('a server with %s off', (setting, risk) => {
    beforeAll(() => configure(setting, 'off'))
    afterAll(() => configure(setting, 'on'))

    test('is refused by name, before anything is written', async () => {
      const opening = open(server.url, { requireDurable: true })
      await expect(opening).rejects.toMatchObject({ code: 'not-durable', details: { engine: 'postgres', risk } })
      await expect(opening).rejects.toThrow(setting)
    })
  })

  test('a server as it comes is taken, and a user for whom synchronous_commit is off is not', async () => {
    await using daybook = await open(server.url, { requireDurable: true })
    await daybook.append('account-1', { type: 'Opened', data: {} })
    await daybook.store.close()
    const hasty = `${server.url}?options=${encodeURIComponent('-c synchronous_commit=off')}`
    await expect(open(hasty, { requireDurable: true, preparedStatements: false })).rejects.toMatchObject({
      code: 'not-durable',
      details: { risk: 'DAYBOOK_POSTGRES_SYNCHRONOUS_COMMIT_OFF' },
    })
  })
})
