import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Generation, ReadModelTarget, SqlStore } from '../../src/store/index.ts'
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
    await Promise.all(Array.from({ length: 8 }, async () => (await targets.open('main', 'new')).live('f')))
    const { rows } = await store.database.transaction((client) =>
      client.query(
        `select count(*)::int as tables from pg_tables where schemaname = 'daybook_read_models' and tablename = 'new~1'`,
      ),
    )
    expect(rows[0]?.tables).toBe(1)
  })

  test('rows that fail to be written leave the checkpoint where it was', async () => {
    const target = await postgresTargets(store.database).open('main', 'failing')
    const live = await target.live('f')
    const broken = new Map([['a\u0000', { row: {}, position: 1 }]])
    await expect(live.save(broken, { from: 0, to: 1 })).rejects.toThrow()
    expect(await live.checkpoint()).toBe(0)
    expect(await live.save(new Map([['a', { row: {}, position: 1 }]]), { from: 0, to: 1 })).toBe(true)
  })

  test('a batch that is paused before its commit is taken back, and holds up the next one no longer than that', async () => {
    const target = await postgresTargets(store.database).open('main', 'paused')
    const [live, other] = [await target.live('f'), await target.live('f')]
    let wake = () => {}
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    // As a process would be that was stopped with its transaction open.
    const paused = live.saveWith?.({ from: 0, to: 2 }, () => woken)
    if (paused === undefined) throw new Error('This target runs statements of the user.')
    const settled = paused.then(
      () => 'committed',
      () => 'taken back',
    )
    await delay(200)
    expect(await other.save(new Map([['a', { row: { n: 1 }, position: 1 }]]), { from: 0, to: 1 })).toBe(true)
    wake()
    expect(await settled).toBe('taken back')
    expect(await other.checkpoint()).toBe(1)
  })

  test('the view of a read model shows the live rows of every log, whichever generation each is in', async () => {
    const targets = postgresTargets(store.database)
    const [one, two] = [await targets.open('one', 'shared'), await targets.open('two', 'shared')]
    const save = async (target: ReadModelTarget, generation: Generation, of: string) => {
      await generation.save(new Map([['a', { row: { of }, position: 1 }]]), { from: 0, to: 1 })
      return target
    }
    await save(one, await one.live('f1'), 'one, before')
    await save(two, await two.live('f1'), 'two')
    const building = await one.build('f2')
    await save(one, building, 'one, after')
    const seen = async () => {
      const query = `select log, document->>'of' as of from daybook_read_models.shared order by log`
      return (await store.database.transaction((client) => client.query(query))).rows.map(({ of }) => of)
    }
    expect(await seen()).toEqual(['one, before', 'two'])
    await one.promote(building.id)
    expect(await seen()).toEqual(['one, after', 'two'])
    await one.promote((await one.build('f3')).id, { evenBehind: true })
    expect(await seen()).toEqual(['two'])
  })

  test('rows that somebody else deletes are missed, those that the fold deletes are not', async () => {
    const live = await (await postgresTargets(store.database).open('main', 'emptied')).live('f')
    const run = (text: string) => store.database.transaction((client) => client.query(text))
    expect(await live.isEmptied()).toBe(false)
    await live.save(new Map([['a', { row: {}, position: 1 }]]), { from: 0, to: 1 })
    expect(await live.isEmptied()).toBe(false)
    await run('delete from daybook_read_models."emptied~1"')
    expect(await live.isEmptied()).toBe(true)
    await live.save(new Map([['a', { row: {}, position: 2 }]]), { from: 1, to: 2 })
    await live.save(new Map([['a', { row: undefined, position: 3 }]]), { from: 2, to: 3 })
    expect(await live.isEmptied()).toBe(false)
    await live.save(new Map([['b', { row: {}, position: 4 }]]), { from: 3, to: 4 })
    await run('truncate daybook_read_models."emptied~1"')
    expect(await live.isEmptied()).toBe(true)
  })

  test('a name longer than a table’s is refused', async () => {
    const opened = postgresTargets(store.database).open('main', 'x'.repeat(57))
    await expect(opened).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})
