/**
 * Every statement finds its rows by an index, on 200,000 events: without statistics, with them, and in a log that came
 * after them; planned for its values, and for any values. A plan is judged by what it touches: a scan of a whole table
 * shows in the pages read.
 */
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { pageStatement, statement } from '../../src/stores/postgres/statements.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

const EVENTS = 200_000
const STREAMS = 5_000
const PAGE = 500
/** Some for the way down an index, five for each row of a page: far below the thousands of the whole table. */
const MOST_PAGES = 20 + 5 * PAGE

/** The others have a row or none here, and one page is read as it is. */
const LARGE: ReadonlySet<string> = new Set(['events', 'tags'])

const SITUATIONS = [
  { situation: 'without statistics', log: 'main', analyse: 'never' },
  { situation: 'with statistics', log: 'main', analyse: 'after' },
  { situation: 'with statistics that know nothing of the log', log: 'later', analyse: 'before' },
] as const

/** As a session plans a statement that it has run a few times, and as it plans it at first. */
const PLANS = ['force_generic_plan', 'force_custom_plan'] as const

for (const { situation, log, analyse } of SITUATIONS)
  describeOnPostgres(`every read uses its index, ${situation}`, () => {
    const database = useTestDatabase()
    let client: Client
    let rareId: string

    beforeAll(async () => {
      client = new Client({ connectionString: database.url })
      await client.connect()
      for (const table of ['logs', 'events', 'tags', 'types', 'commands', 'snapshots', 'checkpoints']) {
        await client.query(`alter table daybook.${table} set (autovacuum_enabled = off)`)
      }
      await using store = await openPostgres(database.url)
      await store.log('main').import(history())
      if (analyse !== 'never') await client.query('analyze')
      if (log !== 'main') await store.log(log).import(history())
      // Counted once, and from then on only what has come since.
      await store.log(log).types()
      const { rows } = await client.query("select id from daybook.events where log = $1 and type = 'Rare' limit 1", [
        log,
      ])
      rareId = rows[0].id
    }, 120_000)

    afterAll(() => client.end())

    for (const direction of ['forwards', 'backwards'] as const) {
      test(`${direction}: a stream by its versions`, async () => {
        await expectIndexes(pageStatement('read-stream', direction), [log, 'plan-7', 1, 2_147_483_647, PAGE])
      })

      test(`${direction}: a log from its middle`, async () => {
        await expectIndexes(pageStatement('read-log', direction), [
          log,
          100_000,
          '9223372036854775807',
          PAGE,
          null,
          null,
        ])
      })

      test(`${direction}: a share of a log from its middle`, async () => {
        const values = [log, 100_000, '9223372036854775807', PAGE, 2, 1]
        await expectIndexes(pageStatement('read-log', direction), values)
      })

      test(`${direction}: a rare category, without walking the others`, async () => {
        const values = [log, 0, '9223372036854775807', PAGE, null, null, 'rare']
        await expectIndexes(pageStatement('read-category', direction), values)
      })

      test(`${direction}: a common category from the middle`, async () => {
        const values = [log, 100_000, '9223372036854775807', PAGE, null, null, 'plan']
        await expectIndexes(pageStatement('read-category', direction), values)
      })

      test(`${direction}: a rare type beside a common one`, async () => {
        const types = ['Rare', 'Common']
        const values = [log, 0, '9223372036854775807', PAGE, null, null, null, types]
        await expectIndexes(pageStatement('read-types', direction), values)
      })

      test(`${direction}: two tags, of a type, in a category`, async () => {
        const tags = ['rare:1', 'all:1']
        const values = [log, 0, '9223372036854775807', PAGE, null, null, 'rare', ['Rare'], tags]
        await expectIndexes(pageStatement('read-tags', direction), values)
      })

      test(`${direction}: what has a correlation id, and a page of what has a common one from its middle`, async () => {
        const none = [null, null, null, null, null]
        const rare = [log, 0, '9223372036854775807', PAGE, ...none, 'request-7']
        await expectIndexes(pageStatement('read-correlated', direction), rare)
        const common = [log, 100_000, '9223372036854775807', PAGE, ...none, 'nightly']
        await expectIndexes(pageStatement('read-correlated', direction), common)
      })

      test(`${direction}: events by their ids, a page of them`, async () => {
        const values = [log, 0, '9223372036854775807', PAGE, null, null, null, null, null, null, [rareId]]
        await expectIndexes(pageStatement('read-ids', direction), values)
      })
    }

    test('the oldest of many commands, to be pruned', async () => {
      const insert = `insert into daybook.commands
        select $1, 'c' || n, 'd', '{}', now() - interval '1 hour' * (n % 1000) from generate_series(1, 100000) as n`
      await client.query(insert, [log])
      const prune = "select daybook.prune_commands($1, now() - interval '999 hours', 10)"
      await expectFewPages(prune, [log])
      await client.query('delete from daybook.commands where log = $1', [log])
    })

    test('the version of a stream, the head, a command, a snapshot, a checkpoint', async () => {
      await expectIndexes(statement('stream-version'), [log, 'plan-7'])
      await expectIndexes(statement('head'), [log])
      await expectIndexes(statement('command-by-id'), [log, 'x'])
      await expectIndexes(statement('load-snapshot'), [log, 'plan-7', 'd', 'f'])
      await expectIndexes(statement('load-checkpoint'), [log, 'p'])
      await expectIndexes(statement('list-types'), [log])
    })

    // A stream takes two ways down the index, of three or four pages each.
    test('the streams of a category', async () => {
      await expectIndexes(statement('list-streams'), [log, 'plan-', 'plan.', PAGE / 2])
    })

    test('events by their ids', async () => {
      await expectIndexes(statement('events-by-id'), [log, [rareId]])
    })

    test('the versions of many streams', async () => {
      const streams = Array.from({ length: PAGE }, (_, place) => `plan-${place}`)
      await expectIndexes(statement('stream-versions'), [log, streams])
    })

    test('the position as of a time', async () => {
      await expectFewPages('select daybook.position_at($1, now())', [log])
    })

    test('a boundary by a rare type, by a rare tag, and by tags of which one is rare', async () => {
      await expectFewPages('select daybook.find_in_boundary($1, $2, $3, 0)', [log, ['Rare'], []])
      await expectFewPages('select daybook.find_in_boundary($1, $2, $3, 0)', [log, [], ['rare:1']])
      await expectFewPages('select daybook.find_in_boundary($1, $2, $3, 0)', [log, ['Common'], ['rare:1', 'all:1']])
    })

    test('an append to a stream that exists and to one that does not', async () => {
      const none = [null, null, null, null, null, null]
      const streams = ['plan-7', 'new-1']
      const ids = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002']
      const touches = [
        [1, 2],
        [-1, 0],
        [1, 1],
        [1, 2],
      ]
      const events = [[1, 2], ids, ['Common', 'Common'], [1, 1], ['{}', '{}'], ['{}', '{}']]
      await expectFewPages(statement('append').text, [log, streams, ...touches, ...events, ...none])
    })

    async function expectIndexes({ text }: { text: string }, values: readonly unknown[]) {
      for (const plan of await explain(text, values)) {
        expect(scansOf(plan).filter(({ kind, table }) => kind === 'Seq Scan' && LARGE.has(table))).toEqual([])
        expect(pagesOf(plan)).toBeLessThan(MOST_PAGES)
      }
    }

    async function expectFewPages(text: string, values: readonly unknown[]) {
      for (const plan of await explain(text, values)) expect(pagesOf(plan)).toBeLessThan(MOST_PAGES)
    }

    /** The statement's plans, prepared as the store's own are: one explained by itself is planned for its values alone. */
    async function explain(text: string, values: readonly unknown[]): Promise<PlanNode[]> {
      const literals = values.map((value) => toLiteral(client, value)).join(', ')
      const found: PlanNode[] = []
      await client.query(`prepare explained as ${text}`)
      for (const mode of PLANS) {
        await client.query('begin')
        await client.query(`set local plan_cache_mode = ${mode}`)
        const { rows } = await client.query(`explain (analyze, buffers, format json) execute explained (${literals})`)
        await client.query('rollback')
        found.push(rows[0]['QUERY PLAN'][0].Plan)
      }
      await client.query('deallocate explained')
      return found
    }
  })

/** Values that the driver would send in binary are for it alone: here they are given as arrays. */
function toLiteral(client: Client, value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return client.escapeLiteral(`{${value.map((item) => JSON.stringify(item)).join(',')}}`)
  return client.escapeLiteral(String(value))
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly PlanNode[]
}

function scansOf(node: PlanNode): { kind: string; table: string }[] {
  const below = (node.Plans ?? []).flatMap(scansOf)
  const table = node['Relation Name']
  return table === undefined ? below : [{ kind: node['Node Type'], table }, ...below]
}

function pagesOf(node: PlanNode): number {
  return node['Shared Hit Blocks'] + node['Shared Read Blocks']
}

/** One event in 20,000 is rare: by category, by type and by tag. One in ten carries the tag that all of these share. */
function* history() {
  for (let place = 0; place < EVENTS; place++) {
    const isRare = place % 20_000 === 19_999
    yield {
      stream: isRare ? `rare-${place}` : `plan-${place % STREAMS}`,
      type: isRare ? 'Rare' : 'Common',
      data: { place },
      // Every fifth event belongs to one run, every other to a request of four.
      metadata: { correlationId: place % 5 === 0 ? 'nightly' : `request-${Math.floor(place / 4)}` },
      tags: [...(isRare || place % 10 === 0 ? ['all:1'] : []), ...(isRare ? ['rare:1'] : [])],
    }
  }
}
