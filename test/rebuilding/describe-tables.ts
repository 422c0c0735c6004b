import { type Daybook, type OpenOptions, type SqlClient, sqlProjection } from 'daybook'
import { Random } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { SEED } from '../faults/seed.ts'
import { expectedLevels, levelsIn, levelsOf, Moved, moveOf, moveSome, query } from './levels.ts'

type OpenDaybook = (options: OpenOptions) => Promise<Daybook>

/** Rebuilds of tables that SQL of the user's own fills, on PostgreSQL and PGlite. */
export function describeTables(openDaybook: OpenDaybook): void {
  describe('tables of an SQL projection', () => {
    /** Each test has a log and tables of its own, filled with some history. */
    async function fill(name: string, moves = 500) {
      const daybook = await openDaybook({ log: name })
      await moveSome(daybook, new Random(SEED), moves)
      return { daybook, levels: levelsOf(name) }
    }

    test('are set up where they are not there, and left where they are', async () => {
      const { daybook, levels } = await fill('set_up')
      await using _ = daybook
      await daybook.project(levels, { follow: false })
      expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
      await query(daybook, 'create table found (product text primary key, pieces integer not null)')
      const found = levelsOf('found', { apply: async () => {} })
      await daybook.project(found, { follow: false })
      expect(await query(daybook, `select to_regclass('found_moves') as moves`)).toEqual([{ moves: null }])
    })

    test('are made anew beside the live ones, compared, and swapped while the projection goes on', async () => {
      const { daybook, levels } = await fill('anew')
      await using _ = daybook
      await using projection = await daybook.project(levels)
      await projection.reached(await daybook.head())
      const same = await daybook.rebuild(levels, { verifyOnly: true })
      expect(same).toMatchObject({ status: 'verified', resumed: false, quarantined: 0, comparison: { isEqual: true } })
      await query(daybook, `update anew set pieces = -77 where product in (select product from anew limit 3)`)
      const damaged = await levelsIn(daybook, levels)
      const differing = await daybook.rebuild(levels, { accept: ({ isEqual }) => isEqual })
      expect(differing).toMatchObject({
        status: 'refused',
        resumed: true,
        comparison: { isEqual: false, position: 500 },
      })
      expect(differing.comparison?.tables.map(({ live, built }) => live?.checksum === built?.checksum)).toEqual([
        false,
        true,
      ])
      expect(await levelsIn(daybook, levels)).toEqual(damaged)
      expect(await daybook.rebuild(levels)).toMatchObject({ status: 'swapped', resumed: true, position: 500 })
      expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
      const { stream, event } = moveOf(new Random(SEED + 1))
      await projection.reached((await daybook.append(stream, event)).position)
      expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
      expect(await query(daybook, `select nspname from pg_namespace where nspname like 'daybook%anew'`)).toEqual([
        { nspname: 'daybook_previous_anew' },
      ])
    })

    test('are rolled back, and that is taken back, each with its own checkpoint', async () => {
      const { daybook, levels } = await fill('back')
      await using _ = daybook
      await daybook.project(levels, { follow: false })
      await query(daybook, `update back set pieces = pieces + 1000`)
      const damaged = await levelsIn(daybook, levels)
      await daybook.rebuild(levels)
      await daybook.rollBack(levels)
      expect(await levelsIn(daybook, levels)).toEqual(damaged)
      await moveSome(daybook, new Random(SEED + 2), 50)
      await daybook.rollBack(levels)
      await daybook.project(levels, { follow: false })
      expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
      expect((await daybook.generations(levels)).map(({ state }) => state)).toEqual(['previous', 'live'])
    })

    test('of another version are made by a rebuild, with what columns they have', async () => {
      const { daybook, levels } = await fill('versions')
      await using _ = daybook
      await daybook.project(levels, { follow: false })
      const next = levelsOf('versions', {
        version: 2,
        setup: (client) =>
          client
            .query('create table versions (product text primary key, moves bigint not null)')
            .then(() => client.query('create table versions_moves (position bigint)')),
        apply: (client, product) =>
          client.query(
            'insert into versions as v values ($1, 1) on conflict (product) do update set moves = v.moves + 1',
            [product],
          ),
      })
      await expect(daybook.project(next)).rejects.toMatchObject({
        code: 'rebuild-needed',
        message: expect.stringContaining('Rebuild the projection'),
      })
      expect(await daybook.rebuild(next)).toMatchObject({ status: 'swapped', comparison: { isEqual: false } })
      await daybook.project(next, { follow: false })
      expect(await query(daybook, 'select sum(moves)::integer as moves from versions')).toEqual([{ moves: 500 }])
      await expect(daybook.project(levels)).rejects.toMatchObject({ code: 'rebuild-needed' })
      await daybook.rollBack(levels)
      await daybook.project(levels, { follow: false })
      expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
    })

    test('a rebuild that was stopped goes on, and begins anew with other functions', async () => {
      const { daybook, levels } = await fill('stopped', 3_000)
      await using _ = daybook
      const stop = async () => {
        const stopping = new AbortController()
        const onProgress = ({ done }: { readonly done: number }) => done > 0 && stopping.abort(new Error('enough'))
        const stopped = daybook.rebuild(levels, { onProgress, signal: stopping.signal })
        await expect(stopped).rejects.toThrow('enough')
        const [building] = await daybook.generations(levels)
        expect(building?.checkpoint).toBeGreaterThan(0)
        expect(building?.checkpoint).toBeLessThan(3_000)
      }
      await stop()
      expect(await daybook.rebuild(levels, { verifyOnly: true })).toMatchObject({ resumed: true, position: 3_000 })
      const { setup } = levels.tables ?? {}
      const other = sqlProjection('stopped', {
        events: [Moved],
        tables: ['stopped', 'stopped_moves'],
        setup: async (client) => await setup?.(client),
        apply: async () => {},
      })
      expect(await daybook.rebuild(other, { verifyOnly: true })).toMatchObject({ resumed: false })
      expect(await daybook.rebuild(levels)).toMatchObject({ status: 'swapped', resumed: false })
      expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
    })

    test('an event that cannot be applied waits in the quarantine of what is built', async () => {
      const { daybook, levels } = await fill('waiting')
      await using _ = daybook
      const { apply } = levels
      const strict: typeof levels = {
        ...levels,
        apply: async (client, events) => {
          if (events.some(({ stream }) => stream.id === 'bad')) throw new Error('not this one')
          await apply(client, events)
        },
      }
      await daybook.append('product-bad', Moved({ pieces: 1 }))
      expect(await daybook.rebuild(strict)).toMatchObject({ status: 'swapped', quarantined: 1 })
      await (await daybook.quarantine(levels)).retry('product-bad')
      expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
    })

    describe('are not rebuilt', () => {
      const refusal = (problem: string) => ({ code: 'not-supported', message: expect.stringContaining(problem) })

      test('where nobody has said which they are', async () => {
        await using daybook = await openDaybook({ log: 'undeclared' })
        const undeclared = sqlProjection('undeclared', { events: [Moved], apply: async () => {} })
        await expect(daybook.rebuild(undeclared)).rejects.toMatchObject(refusal('give it `tables` and `setup`'))
        expect(() => levelsOf('public.levels')).toThrow('name it without its schema')
      })

      test('where a statement names a schema, and leaves the live ones as they were', async () => {
        const { daybook, levels } = await fill('qualified')
        await using _ = daybook
        await daybook.project(levels, { follow: false })
        const before = await levelsIn(daybook, levels)
        for (const statement of ['insert into public.qualified values ($1, 7)', 'select $1 from public.qualified']) {
          const qualified = levelsOf('qualified', {
            apply: (client, product) => client.query(statement, [`${product} again`]),
          })
          await expect(daybook.rebuild(qualified)).rejects.toMatchObject(refusal('public.qualified with its schema'))
        }
        expect(await levelsIn(daybook, levels)).toEqual(before)
      })

      test('where the setup makes something else', async () => {
        await using daybook = await openDaybook({ log: 'otherwise' })
        const failing = async (setup: (client: SqlClient) => Promise<unknown>, problem: string) => {
          await expect(daybook.rebuild(levelsOf('otherwise', { setup }))).rejects.toMatchObject(refusal(problem))
          expect(await daybook.generations(levelsOf('otherwise'))).toEqual([])
        }
        await failing((client) => client.query('create table otherwise ()'), 'does not make the table otherwise_moves')
        const all = async (client: SqlClient, more: string) => {
          for (const text of ['create table otherwise ()', 'create table otherwise_moves ()', more])
            await client.query(text)
        }
        await failing((client) => all(client, 'create table more ()'), 'makes more, which is none')
        await failing((client) => all(client, `create type kind as enum ('a')`), 'makes kind, which is none')
        await failing((client) => all(client, 'create sequence numbers'), 'makes numbers, which is none')
      })

      test('where a view would go on with the old ones', async () => {
        const { daybook, levels } = await fill('viewed')
        await using _ = daybook
        await daybook.project(levels, { follow: false })
        await query(daybook, 'create view low as select product from viewed where pieces < 0')
        await expect(daybook.rebuild(levels)).rejects.toMatchObject(refusal('the view low refers to the table viewed'))
        await query(daybook, 'drop view low')
        expect(await daybook.rebuild(levels)).toMatchObject({ status: 'swapped' })
      })

      test('where another log has its rows in them', async () => {
        const { daybook, levels } = await fill('shared')
        await using _ = daybook
        await daybook.project(levels, { follow: false })
        const other = daybook.log('shared-other')
        await other.append('product-x', Moved({ pieces: 1 }))
        await expect(other.rebuild(levels)).rejects.toMatchObject(refusal('rows of the log shared, too'))
      })
    })
  })
}
