/**
 * Every statement finds its rows by an index, on 200,000 events, without statistics and without a hint: autovacuum is
 * off and ANALYZE never ran. A plan is judged by what it touches: a scan of a whole table shows in the pages read.
 */
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { int4Array, textArray, uuidArray } from '../../src/stores/postgres/binary-arrays.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { pageStatement, statement } from '../../src/stores/postgres/statements.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

const EVENTS = 200_000
const STREAMS = 5_000
const PAGE = 500
/** Some for the way down an index, five for each row of a page: far below the thousands of the whole table. */
const MOST_PAGES = 20 + 5 * PAGE

describeOnPostgres('every read uses its index', () => {
  const database = useTestDatabase()
  let client: Client
  let rareId: string

  beforeAll(async () => {
    client = new Client({ connectionString: database.url })
    await client.connect()
    for (const table of ['logs', 'streams', 'events', 'tags', 'commands', 'snapshots', 'checkpoints']) {
      await client.query(`alter table daybook.${table} set (autovacuum_enabled = off)`)
    }
    await using store = await openPostgres(database.url)
    await store.log('main').import(history())
    const { rows } = await client.query("select id from daybook.events where type = 'Rare' limit 1")
    rareId = rows[0].id
  }, 120_000)

  afterAll(() => client.end())

  for (const direction of ['forwards', 'backwards'] as const) {
    test(`${direction}: a stream by its versions`, async () => {
      await expectIndexes(pageStatement('read-stream', direction), ['main', 'plan-7', 1, 2_147_483_647, PAGE])
    })

    test(`${direction}: a log from its middle`, async () => {
      await expectIndexes(pageStatement('read-log', direction), [
        'main',
        100_000,
        '9223372036854775807',
        PAGE,
        null,
        null,
      ])
    })

    test(`${direction}: a rare category, without walking the others`, async () => {
      const values = ['main', 0, '9223372036854775807', PAGE, null, null, 'rare']
      await expectIndexes(pageStatement('read-category', direction), values)
    })

    test(`${direction}: a common category from the middle`, async () => {
      const values = ['main', 100_000, '9223372036854775807', PAGE, null, null, 'plan']
      await expectIndexes(pageStatement('read-category', direction), values)
    })

    test(`${direction}: a rare type beside a common one`, async () => {
      const types = textArray(['Rare', 'Common'])
      const values = ['main', 0, '9223372036854775807', PAGE, null, null, null, types]
      await expectIndexes(pageStatement('read-types', direction), values)
    })

    test(`${direction}: two tags, of a type, in a category`, async () => {
      const tags = textArray(['rare:1', 'all:1'])
      const values = ['main', 0, '9223372036854775807', PAGE, null, null, 'rare', textArray(['Rare']), tags]
      await expectIndexes(pageStatement('read-tags', direction), values)
    })
  }

  test('the version of a stream, the head, a command, a snapshot, a checkpoint', async () => {
    await expectIndexes(statement('stream-version'), ['main', 'plan-7'])
    await expectIndexes(statement('head'), ['main'])
    await expectIndexes(statement('command-by-id'), ['main', 'x'])
    await expectIndexes(statement('load-snapshot'), ['main', 'plan-7', 'd', 'f'])
    await expectIndexes(statement('load-checkpoint'), ['main', 'p'])
  })

  test('the streams of a category', async () => {
    await expectIndexes(statement('list-streams'), ['main', 'plan-', 'plan.', PAGE])
  })

  test('events by their ids', async () => {
    await expectIndexes(statement('events-by-id'), ['main', uuidArray([rareId])])
  })

  test('the versions of many streams', async () => {
    const streams = Array.from({ length: PAGE }, (_, place) => `plan-${place}`)
    await expectIndexes(statement('stream-versions'), ['main', textArray(streams)])
  })

  test('the position as of a time', async () => {
    await expectFewPages('select daybook.position_at($1, now())', ['main'])
  })

  test('a boundary by a rare type, by a rare tag, and by tags of which one is rare', async () => {
    await expectFewPages('select daybook.find_in_boundary($1, $2, $3, 0)', ['main', ['Rare'], []])
    await expectFewPages('select daybook.find_in_boundary($1, $2, $3, 0)', ['main', [], ['rare:1']])
    await expectFewPages('select daybook.find_in_boundary($1, $2, $3, 0)', ['main', ['Common'], ['rare:1', 'all:1']])
  })

  test('an append to a stream that exists and to one that does not', async () => {
    const none = [null, null, null, null, null, null]
    const streams = textArray(['plan-7', 'new-1'])
    const ids = uuidArray(['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'])
    const touches = [int4Array([1, 2]), int4Array([-1, 0]), int4Array([1, 1]), int4Array([1, 2])]
    const events = [int4Array([1, 2]), ids, ['Common', 'Common'], [1, 1], ['{}', '{}'], ['{}', '{}']]
    await client.query('begin')
    await expectFewPages(statement('append').text, ['main', streams, ...touches, ...events, ...none])
    await client.query('rollback')
  })

  async function expectIndexes({ text }: { text: string }, values: readonly unknown[]) {
    const plan = await explain(text, values)
    expect(scansOf(plan).filter(({ kind }) => kind === 'Seq Scan')).toEqual([])
    expect(pagesOf(plan)).toBeLessThan(MOST_PAGES)
  }

  async function expectFewPages(text: string, values: readonly unknown[]) {
    expect(pagesOf(await explain(text, values))).toBeLessThan(MOST_PAGES)
  }

  async function explain(text: string, values: readonly unknown[]): Promise<PlanNode> {
    const { rows } = await client.query(`explain (analyze, buffers, format json) ${text}`, [...values])
    return rows[0]['QUERY PLAN'][0].Plan
  }
})

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
      tags: [...(isRare || place % 10 === 0 ? ['all:1'] : []), ...(isRare ? ['rare:1'] : [])],
    }
  }
}
