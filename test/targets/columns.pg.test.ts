/** Read models in declared columns: rows come back as they were folded, and what a column would change is refused. */
import { event, open, readModel } from 'daybook'
import { postgresTargets, type TableDeclaration } from 'daybook/postgres'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findJsonProblem } from '../../src/events/index.ts'
import type { Generation, SqlStore } from '../../src/store/index.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

const everyType: TableDeclaration = {
  columns: {
    text: 'text',
    boolean: 'boolean',
    smallint: 'smallint',
    integer: 'integer',
    bigint: 'bigint',
    double: 'double precision',
    numeric: 'numeric',
    money: 'numeric(12,2)',
    date: 'date',
    time: 'timestamptz',
    uuid: 'uuid',
    json: 'jsonb',
    maybe: { type: 'text', null: 'null' },
    option: { type: 'bigint', null: 'absent' },
    'we"ird; drop table x; --': { type: 'integer', name: 'order' },
    position: { type: 'integer', name: 'at' },
  },
  indexes: ['money', ['date', 'text'], { on: 'json', using: 'gin' }],
}

const json = fc
  .jsonValue({ maxDepth: 3 })
  // As it comes out of JSON: without -0.
  .map((value) => JSON.parse(JSON.stringify(value)))
  // A row that the gate refuses comes to no target.
  .filter((value) => value !== null && findJsonProblem(value, 'json') === undefined)
const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed() && !value.includes('\u0000'))
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const time = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T00:00:00Z'),
  noInvalidDate: true,
})
const row = fc.record({
  text,
  boolean: fc.boolean(),
  smallint: fc.integer({ min: -32_768, max: 32_767 }),
  integer: fc.integer(),
  bigint: fc.maxSafeInteger(),
  double,
  numeric: double,
  money: fc.integer({ min: -(10 ** 11), max: 10 ** 11 }).map((cents) => cents / 100),
  date: time.map((each) => each.toISOString().slice(0, 10)),
  time: time.map((each) => each.toISOString()),
  uuid: fc.uuid(),
  json,
  maybe: fc.option(text),
  'we"ird; drop table x; --': fc.integer(),
  position: fc.integer(),
})
const rows = fc.oneof(
  row,
  fc.tuple(row, fc.maxSafeInteger()).map(([each, option]) => ({ ...each, option })),
)

describeOnPostgres('declared columns', () => {
  const server = useTestDatabase()
  let store: SqlStore
  beforeAll(async () => {
    store = await openPostgres(server.url)
  })
  afterAll(() => store.close())

  const run = async (query: string) => (await store.database.transaction((client) => client.query(query))).rows
  const openTable = async (table: TableDeclaration, name: string): Promise<Generation> =>
    (await postgresTargets(store.database, { tables: { [name]: table } }).open('main', name)).live('f')

  test('give back every row that they take', async () => {
    const live = await openTable(everyType, 'every')
    let checkpoint = 0
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 20 }), async (all) => {
        for (const each of all) expect(live.findProblem?.(each)).toBeUndefined()
        const changes = new Map(all.map((each, n) => [`k${n}`, { row: each, position: checkpoint + 1 }]))
        expect(await live.save(changes, { from: checkpoint, to: checkpoint + 1 })).toBe(true)
        checkpoint++
        const found = await live.load([...changes.keys()])
        for (const [key, { row: expected }] of changes) expect(found.get(key)?.row).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  const good = {
    text: '',
    boolean: true,
    smallint: 1,
    integer: 1,
    bigint: 1,
    double: 1.5,
    numeric: 1.5,
    money: 1.25,
    date: '2026-03-31',
    time: '2026-03-31T23:59:59.000Z',
    uuid: '00000000-0000-4000-8000-000000000000',
    json: {},
    maybe: null,
    'we"ird; drop table x; --': 1,
    position: 1,
  }

  test.each([
    ['text', 7],
    ['text', null],
    ['text', undefined],
    ['boolean', 'true'],
    ['smallint', 32_768],
    ['integer', 2 ** 31],
    ['integer', 1.5],
    ['bigint', 2 ** 53],
    ['bigint', '1'],
    ['double', '1'],
    ['numeric', null],
    ['money', 1.255],
    ['money', 10 ** 10],
    ['money', 1e-7],
    ['date', '2026-02-30'],
    ['date', '31.3.2026'],
    ['time', '2026-03-31'],
    ['time', '2026-03-31T23:59:59Z'],
    ['uuid', 'A0000000-0000-4000-8000-000000000000'],
    ['json', null],
    ['maybe', undefined],
    ['option', null],
    ['option', 'x'],
    ['stranger', 1],
  ])('%s does not take %j', async (field, value) => {
    const live = await openTable(everyType, 'every')
    expect(live.findProblem?.(good)).toBeUndefined()
    expect(live.findProblem?.({ ...good, [field]: value })).toMatch(new RegExp(`^row.${field} `))
  })

  test.each([[7], [null], ['text'], [[1]]])('a row that is %j has no columns', async (bad) => {
    expect((await openTable(everyType, 'every')).findProblem?.(bad)).toMatch(/is not an object/)
  })

  test('are real columns, with real indexes, in the table as in the view', async () => {
    await openTable(everyType, 'every')
    const types = `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = 'daybook_read_models.every'::regclass and attname in ('money', 'time', 'json', 'order', 'at') order by 1`
    expect((await run(types)).map(({ name, type }) => `${name} ${type}`)).toEqual([
      'at integer',
      'json jsonb',
      'money numeric(12,2)',
      'order integer',
      'time timestamp with time zone',
    ])
    const indexes = `select indexdef from pg_indexes where tablename like 'every~%' order by 1`
    expect(
      (await run(indexes)).map(({ indexdef }) =>
        String(indexdef)
          .replaceAll('"', '')
          .replace(/.* USING /, ''),
      ),
    ).toEqual(expect.arrayContaining(['btree (log, money)', 'btree (log, date, text)', 'gin (json)']))
  })

  test.each<[string, TableDeclaration]>([
    ['a type that is not on the list', { columns: { a: 'money' as never } }],
    ['SQL for a type', { columns: { a: 'text; drop table x' as never } }],
    ['no columns', { columns: {} }],
    ['a name that is taken', { columns: { key: 'text' } }],
    ['a name twice', { columns: { a: 'text', b: { type: 'text', name: 'a' } } }],
    ['a name that is too long', { columns: { ['x'.repeat(64)]: 'text' } }],
    ['an index over what has no column', { columns: { a: 'text' }, indexes: ['b'] }],
    ['an index of an unknown kind', { columns: { a: 'text' }, indexes: [{ on: 'a', using: 'x' as never }] }],
    ['a precision that there is not', { columns: { a: 'numeric(2,3)' } }],
  ])('%s is refused', (_, table) => {
    expect(() => postgresTargets(store.database, { tables: { any: table } })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })

  describe('of a read model', () => {
    const Moved = event('Moved', z.object({ by: z.number() }))
    const define = (factor: number) =>
      readModel('totals', {
        events: [Moved],
        key: ({ stream }) => stream.id,
        initial: { total: 0 },
        version: factor,
      }).evolve({ Moved: ({ total }, { by }) => ({ total: total + factor * by }) })
    const totals = define(1)
    const seen = async () =>
      (await run('select key, total from daybook_read_models.totals order by key')).map(({ key, total }) => [
        key,
        total,
      ])

    test('are swapped in for documents, and back, and every reader finds its row', async () => {
      await using daybook = await open(server.url)
      const targets = postgresTargets(store.database, { tables: { totals: { columns: { total: 'bigint' } } } })
      await daybook.append('thing-a', [Moved({ by: 1 }), Moved({ by: 2 })])
      const documents = await daybook.project(totals, { follow: false })
      await expect(daybook.project(totals, { targets })).rejects.toMatchObject({ code: 'rebuild-needed' })
      const { comparison } = await daybook.rebuild(totals, { targets })
      expect(comparison).toMatchObject({ isEqual: true, equal: 1 })
      expect(await seen()).toEqual([['a', '3']])
      expect(await documents.get('a')).toEqual({ total: 3 })
      await daybook.rollBack(totals, { targets })
      await expect(seen()).rejects.toThrow('column "total" does not exist')
      expect(await documents.get('a')).toEqual({ total: 3 })
      await daybook.rollBack(totals, { targets })
      await daybook.append('thing-a', Moved({ by: 4 }))
      const columns = await daybook.project(totals, { targets, follow: false })
      expect(await columns.get('a')).toEqual({ total: 7 })
      expect(await seen()).toEqual([['a', '7']])
    })

    test('a value that its column cannot hold is the event’s failure, and holds back its key alone', async () => {
      await using daybook = await open(server.url, { log: 'poisoned' })
      const targets = postgresTargets(store.database, { tables: { totals: { columns: { total: 'bigint' } } } })
      await daybook.append('thing-b', [Moved({ by: 1 }), Moved({ by: 0.5 })])
      await daybook.append('thing-c', Moved({ by: 2 }))
      expect(await daybook.rebuild(totals, { targets })).toMatchObject({ status: 'swapped', quarantined: 1 })
      const projection = await daybook.project(totals, { targets, follow: false })
      expect(await projection.get('b')).toEqual({ total: 1 })
      expect(await projection.get('c')).toEqual({ total: 2 })
      expect(await projection.quarantine.list()).toMatchObject([
        {
          key: 'b',
          position: 2,
          error: expect.stringContaining('row.total is not a whole number, as the column of the type bigint needs it'),
        },
      ])
    })
  })
})
