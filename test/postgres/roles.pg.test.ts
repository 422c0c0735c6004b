/** The script docs/roles.sql gives each role what it needs, and nothing more. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open } from 'daybook'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { OrderPaid, thanks } from '../reactors/orders.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

/** Roles belong to the whole server: names of this run's own keep it from meeting another's. */
const PREFIX = `daybook_${randomBytes(4).toString('hex')}`
const PASSWORD = randomBytes(12).toString('hex')
const ROLES = ['reader', 'writer', 'projector', 'importer']

describeOnPostgres('least privilege', () => {
  const database = useTestDatabase()
  let owner: Client

  beforeAll(async () => {
    owner = new Client({ connectionString: database.url })
    await owner.connect()
    const script = readFileSync(new URL('../../docs/roles.sql', import.meta.url), 'utf8')
    await owner.query(script.replaceAll(/daybook_(?=reader|writer|projector|importer)/g, `${PREFIX}_`))
    for (const role of ROLES) await owner.query(`alter role ${PREFIX}_${role} login password '${PASSWORD}'`)
  })

  afterAll(async () => {
    const names = ROLES.map((role) => `${PREFIX}_${role}`).join(', ')
    await owner.query(`drop owned by ${names}`)
    await owner.query(`drop role ${names}`)
    await owner.end()
  })

  test('a writer appends, reads, keeps snapshots and checkpoints', async () => {
    await using store = await openPostgres(urlOf('writer'))
    const log = store.log('main')
    await log.append(anAppend())
    expect(await log.read().toArray()).toHaveLength(1)
    await log.snapshots.save({ stream: 'a-1', definition: 'd', fingerprint: 'f' }, { version: 1, state: {} })
    expect(await log.checkpoints.move('p', 0, 1)).toBe(true)
    expect(await log.positionAt(new Date(Date.now() + 60_000))).toBe(1)
    await log.append({ streams: [], command: { id: 'c', digest: 'd', result: null } })
    expect(await log.commands.prune({ before: new Date(Date.now() + 60_000), limit: 10 })).toBe(1)
  })

  test('a writer runs reactors, and keeps what they could not cause', async () => {
    await using daybook = await open(urlOf('writer'), { log: 'reactors' })
    const SendMail = () => {
      throw new Error('away')
    }
    const running = await daybook.react(thanks, { SendMail }, { maxAttempts: 1, onDeadLetter() {} })
    await running.reached((await daybook.append('customer-ada', OrderPaid({ order: 'O1' }))).position)
    expect(await running.deadLetters.list()).toMatchObject([{ error: 'away' }])
  })

  test('a reader reads, and may not append', async () => {
    await using store = await openPostgres(urlOf('reader'))
    expect(await store.log('main').read().toArray()).toHaveLength(1)
    await expect(store.log('main').append(anAppend())).rejects.toThrow('permission denied')
  })

  test('an importer imports', async () => {
    await using store = await openPostgres(urlOf('importer'))
    const imported = await store.log('other').import([{ stream: 'a-1', type: 'A', data: {}, tags: ['t'] }])
    expect(imported).toEqual({ events: 1, position: 1 })
  })

  test('a writer cannot write a table by itself, nor can anybody change an event', async () => {
    for (const role of ROLES) {
      const client = new Client({ connectionString: urlOf(role) })
      await client.connect()
      for (const statement of ["update daybook.events set type = 'x'", 'delete from daybook.events']) {
        await expect(client.query(statement)).rejects.toThrow('permission denied')
      }
      if (role !== 'importer') {
        await expect(client.query("insert into daybook.logs values ('x', 1, now())")).rejects.toThrow(
          'permission denied',
        )
      }
      await client.end()
    }
  })

  test('whoever was granted nothing may not append', async () => {
    const { rows } = await owner.query(
      "select has_function_privilege('public', 'daybook.append'::regproc, 'execute') as may_append",
    )
    expect(rows[0].may_append).toBe(false)
  })

  function urlOf(role: string): string {
    const url = new URL(database.url)
    url.username = `${PREFIX}_${role}`
    url.password = PASSWORD
    return url.href
  }
})

function anAppend() {
  return { streams: [{ stream: 'a-1', events: [{ type: 'A', data: {} }] }] }
}
