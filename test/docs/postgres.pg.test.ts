/** The programs and the SQL of docs/postgres.md, and the roles of docs/roles.sql, on a server. */
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/index.ts'
import { balances, FundsDeposited } from '../daybook/account.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { codeBlocks, read, sections } from './documents.ts'
import { Project, promisedOutput } from './project.ts'

const parts = sections('docs/postgres.md', 2)

describeOnPostgres.each(['Migrations', 'Connections', 'Joining a transaction'])('%s in docs/postgres.md', (title) => {
  const database = useTestDatabase()
  const [program = ''] = codeBlocks(parts.get(title) ?? '', 'ts')
  let project: Project

  beforeAll(async () => {
    project = await Project.create({ 'program.ts': program })
  })
  afterAll(() => project.remove())

  test('has a program that compiles, and prints what its comments say', async () => {
    expect(program).not.toBe('')
    await project.typeCheck()
    const printed = await project.run('program.ts', { DATABASE_URL: database.url })
    expect(printed.filter((line) => line !== '')).toEqual(promisedOutput(program))
  })
})

describeOnPostgres('reading with SQL', () => {
  const database = useTestDatabase()
  const statements = codeBlocks(parts.get('Reading with SQL') ?? '', 'sql')

  test('every statement of docs/postgres.md finds rows', async () => {
    await using daybook = await open(database.url)
    await daybook.append('account-A17', [
      FundsDeposited({ amount: 20 }),
      { type: 'FundsWithdrawn', schemaVersion: 2, data: { amount: 5, channel: 'atm' } },
    ])
    await daybook.project(balances, { follow: false })
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const found = []
    for (const statement of statements) found.push((await client.query(statement)).rows)
    await client.end()
    expect(found).toMatchObject([
      [{ version: 1 }, { version: 2, data: { amount: 5, channel: 'atm' } }],
      [{ position: '1', stream: 'account-A17', amount: '20' }],
      [{ count: '1' }],
      [{ projection: 'account-balances', position: '2', behind: '0' }],
    ])
  })
})

/** Roles belong to the whole server: names of this run's own keep it from meeting another's. */
const PREFIX = `daybook_${randomBytes(4).toString('hex')}`
const PASSWORD = randomBytes(12).toString('hex')

describeOnPostgres('the projector of docs/roles.sql', () => {
  const database = useTestDatabase()
  const names = ['reader', 'writer', 'projector', 'importer'].map((role) => `${PREFIX}_${role}`).join(', ')
  let owner: Client

  beforeAll(async () => {
    owner = new Client({ connectionString: database.url })
    await owner.connect()
    const script = read('docs/roles.sql').replaceAll(/daybook_(?=reader|writer|projector|importer)/g, `${PREFIX}_`)
    await owner.query(script)
    await owner.query(`create role ${PREFIX}_shop login password '${PASSWORD}' in role ${PREFIX}_projector`)
  })
  afterAll(async () => {
    await owner.query(`drop owned by ${names}, ${PREFIX}_shop`)
    await owner.query(`drop role ${names}, ${PREFIX}_shop`)
    await owner.end()
  })

  describe('granted to a login', () => {
    test('makes the table of a read model and keeps it, and appends', async () => {
      const url = new URL(database.url)
      url.username = `${PREFIX}_shop`
      url.password = PASSWORD
      await using daybook = await open(url.href)
      await daybook.append('account-A17', FundsDeposited({ amount: 20 }))
      const projection = await daybook.project(balances, { follow: false })
      expect(await projection.get('A17')).toEqual({ balance: 20 })
    })
  })
})
