/** Stock levels by SQL of one's own, in two tables, and the same by other code. */
import { type Daybook, event, isSqlStore, type SqlClient, sqlProjection } from 'daybook'
import type { Random } from 'daybook/testing'
import { z } from 'zod'

export const Moved = event('Moved', z.object({ pieces: z.int() }))

interface LevelsOptions {
  readonly version?: number
  /** What the statements, or the setup, do otherwise. */
  readonly setup?: (client: SqlClient) => Promise<unknown>
  readonly apply?: (client: SqlClient, product: string, pieces: number) => Promise<unknown>
}

/** Fills the tables `NAME` and `NAME_moves`. */
export function levelsOf(name: string, { version = 1, setup, apply }: LevelsOptions = {}) {
  return sqlProjection(name, {
    events: [Moved],
    version,
    tables: [name, `${name}_moves`],
    setup: setup ?? ((client) => setUp(client, name)),
    apply: async (client, { stream, data, position }) => {
      if (apply !== undefined) {
        await apply(client, stream.id, data.pieces)
        return
      }
      await client.query(
        `insert into ${name} as l (product, pieces) values ($1, $2)
         on conflict (product) do update set pieces = l.pieces + excluded.pieces`,
        [stream.id, data.pieces],
      )
      await client.query(`insert into ${name}_moves (position, product) values ($1, $2)`, [position, stream.id])
    },
  })
}

async function setUp(client: SqlClient, name: string): Promise<void> {
  await client.query(`create table ${name} (product text primary key, pieces integer not null)`)
  await client.query(
    `create table ${name}_moves (
       position bigint primary key, product text not null references ${name}, nth integer generated always as identity)`,
  )
}

export async function query(daybook: Daybook, text: string): Promise<readonly Record<string, unknown>[]> {
  const { store } = daybook
  if (!isSqlStore(store)) throw new Error('It needs SQL.')
  return (await store.database.query(text)).rows
}

/** What the tables hold, as text. */
export async function levelsIn(daybook: Daybook, { name }: { readonly name: string }) {
  const levels = await query(daybook, `select product, pieces from ${name} order by product collate "C"`)
  const [moves] = await query(
    daybook,
    `select count(*)::integer as n, count(distinct nth)::integer as nths from ${name}_moves`,
  )
  return {
    levels: Object.fromEntries(levels.map(({ product, pieces }) => [product, pieces])),
    moves: moves?.n,
    nths: moves?.nths,
  }
}

export async function expectedLevels(daybook: Daybook) {
  const levels: Record<string, number> = {}
  let moves = 0
  for await (const { stream, data } of daybook.read({ events: [Moved] })) {
    levels[stream.id] = (levels[stream.id] ?? 0) + data.pieces
    moves++
  }
  return { levels, moves, nths: moves }
}

export function moveOf(random: Random) {
  return { stream: `product-p${random.integer(0, 60)}`, event: Moved({ pieces: random.integer(-9, 9) }) }
}

/** Some moves of the same few products. */
export async function moveSome(daybook: Daybook, random: Random, count: number): Promise<void> {
  function* moves() {
    for (let n = 0; n < count; n++) {
      const { stream, event: moved } = moveOf(random)
      yield { stream, ...moved }
    }
  }
  await daybook.import(moves())
}
