/** A store that was written by other code than this, or by hand. */
import { aggregate, checkSchema, event, open } from 'daybook'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

const Opened = event('Opened', z.object({ owner: z.string() }))
const Account = aggregate('account', { events: [Opened], initial: {} }).evolve({ Opened: (account) => account })

describeOnPostgres('open with definitions', () => {
  const database = useTestDatabase()

  test('opens what they read', async () => {
    await using daybook = await open(database.url, { definitions: [Account] })
    await daybook.append('account-A', Opened({ owner: 'Ada' }))
    await (await open(database.url, { definitions: [Account] })).close()
  })

  test('names what they do not read, with its position, and leaves nothing open', async () => {
    await insertByHand('account-A', 'Opened', 0, '{}')
    await insertByHand('account-A', 'Strange', 1, '{}')
    await expect(open(database.url, { definitions: [Account] })).rejects.toMatchObject({
      code: 'unreadable-log',
      details: {
        problems: [
          { type: 'Opened', schemaVersion: 0, position: 2, events: 1 },
          { type: 'Strange', schemaVersion: 1, position: 3, events: 1 },
        ],
      },
    })
  })

  test('a version that no release has written is refused wherever it is read, and lifted to nothing', async () => {
    await using daybook = await open(database.url)
    const unreadable = {
      code: 'unreadable-event',
      details: { type: 'Opened', schemaVersion: 0, known: 1, position: 2 },
    }
    await expect(daybook.stateOf(Account, 'A')).rejects.toMatchObject(unreadable)
    await expect(daybook.read({ events: [Opened] }).toArray()).rejects.toMatchObject(unreadable)
    const { types } = await checkSchema(daybook, [Account], { sample: Number.POSITIVE_INFINITY })
    expect(types.map(({ problem }) => problem?.position)).toEqual([2, undefined, 3])
  })

  test('the count knows what was written by hand, and a log of its own is another one', async () => {
    await using daybook = await open(database.url, { log: 'other', definitions: [Account] })
    expect(await daybook.types()).toEqual([])
    expect((await daybook.log('main').types()).map(({ events }) => events)).toEqual([1, 1, 1])
  })

  async function insertByHand(stream: string, type: string, schemaVersion: number, data: string) {
    const client = new Client({ connectionString: database.url })
    await client.connect()
    try {
      await client.query(
        `with head as (update daybook.logs set position = position + 1 where log = 'main' returning position),
              stream as (select max(version) + 1 as version from daybook.events where log = 'main' and stream = $1)
         insert into daybook.events (position, recorded_at, version, schema_version, id, log, stream, category, type, data, metadata)
         select head.position, now(), stream.version, $3, gen_random_uuid(), 'main', $1, split_part($1, '-', 1), $2, $4, '{}'
         from head, stream`,
        [stream, type, schemaVersion, data],
      )
    } finally {
      await client.end()
    }
  }
})
