/**
 * The connection is dropped at every n-th statement on the wire, before the server gets it or after it was carried out;
 * rows and tables are in the end as if it had not been. A batch is four statements or five, and gets through between two
 * drops, or when the drop takes no more than the answer to its commit. Where n is that small, it is the n-th on average:
 * what is begun again in the same steps would be met at the same one for ever.
 */
import { type Daybook, isSqlStore, open, type Projection } from 'daybook'
import { postgresTargets } from 'daybook/postgres'
import { Random } from 'daybook/testing'
import { expect, test } from 'vitest'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { type Drop, startPostgresRelay } from '../support/postgres-relay.ts'
import { assertProjected } from './assert-projected.ts'
import { JOURNAL_TABLE, journal, moves, totals } from './projected-moves.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'

const PATIENCE = { timeoutMs: 60_000 }
const EVERY = [
  ['every 5th on average', 5],
  ['every 6th', 6],
  ['every 9th', 9],
  ['every 25th', 25],
] as const

interface Load {
  readonly drops: readonly Drop[]
  projections(): Promise<readonly Projection<unknown>[]>
}

describeOnPostgres(`a connection that is dropped at statements (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()

  async function begin(log: string): Promise<Daybook> {
    const daybook = await open(database.url, { log })
    if (!isSqlStore(daybook.store)) throw new Error('not on SQL')
    await daybook.store.database.transaction(async (client) => {
      await client.query('drop table if exists journal')
      await client.query(JOURNAL_TABLE)
    })
    // Tables are made in peace: this is about what is done again and again.
    for (const definition of [totals, journal]) await daybook.project(definition, { follow: false })
    return daybook
  }

  /** First a history to be caught up with, then a few events at a time, until enough was dropped. */
  async function load(daybook: Daybook, random: Random, { drops, projections }: Load) {
    await daybook.import(moves(random, 2_000))
    const begun = await projections()
    for (let turn = 0; turn < 8 || drops.length < 4; turn++) {
      const head = await daybook.head()
      for (const projection of begun) await projection.reached(head, PATIENCE)
      for (const { stream, ...event } of moves(random, random.integer(1, 5))) await daybook.append(stream, event)
    }
    const head = await daybook.head()
    for (const projection of begun) await projection.reached(head, PATIENCE)
    expect(begun.map(({ failure }) => failure)).toEqual(begun.map(() => undefined))
  }

  for (const [every, dropEvery] of EVERY) {
    test(`at ${every} of the target’s, costs time alone`, async () => {
      const random = new Random(SEED + dropEvery)
      await using daybook = await begin(`target ${every}`)
      const drops = toDrops(every, dropEvery, random)
      await using relay = await startPostgresRelay(database.url, drops)
      await using beyond = await open(relay.url)
      drops.isOn = true
      if (!isSqlStore(beyond.store)) throw new Error('not on SQL')
      const targets = postgresTargets(beyond.store.database)
      await load(daybook, random, {
        drops: relay.drops,
        projections: async () => [await daybook.project(totals, { targets })],
      })
      await daybook.project(journal, { follow: false })
      await assertProjected(daybook)
    })

    test(`at ${every} of all, costs time alone`, async () => {
      const random = new Random(SEED + dropEvery)
      const log = `store ${every}`
      await using daybook = await begin(log)
      const drops = toDrops(every, dropEvery, random)
      await using relay = await startPostgresRelay(database.url, drops)
      await using beyond = await open(relay.url, { log })
      drops.isOn = true
      await load(daybook, random, {
        drops: relay.drops,
        projections: async () => [await beyond.project(totals), await beyond.project(journal)],
      })
      await assertProjected(daybook)
    })
  }
})

function toDrops(every: string, dropEvery: number, random: Random) {
  const isMet = (statement: number) =>
    every.endsWith('on average') ? random.chance(1 / dropEvery) : statement % dropEvery === 0
  const drops = {
    random,
    /** A store is opened in peace. */
    isOn: false,
    isDue: (statement: number) => drops.isOn && isMet(statement),
  }
  return drops
}
