import { setTimeout as delay } from 'node:timers/promises'
import { type Daybook, isSqlStore, open } from 'daybook'
import { Random } from 'daybook/testing'
import { expect, test } from 'vitest'
import { SEED, TIMEOUT_MS } from '../faults/seed.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeTables } from './describe-tables.ts'
import { expectedLevels, levelsIn, levelsOf, moveOf, moveSome, query } from './levels.ts'
import { Child } from './start-child.ts'

describeOnPostgres(`on PostgreSQL (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()
  describeTables((options) => open(database.url, options))

  test('tables are swapped while others write and read, and no reader misses them or goes back in time', async () => {
    await using daybook = await open(database.url, { log: 'busy' })
    const levels = levelsOf('busy')
    await moveSome(daybook, new Random(SEED), 2_000)
    await using projection = await daybook.project(levels)
    await projection.reached(2_000)
    const stop = new AbortController()
    const writing = [1, 2, 3].map((n) => write(daybook, new Random(SEED + n), stop.signal))
    const reading = read(daybook, stop.signal)
    try {
      for (let round = 0; round < 3; round++) {
        expect(await daybook.rebuild(levels)).toMatchObject({ status: 'swapped', comparison: { isEqual: true } })
      }
      await daybook.rollBack(levels)
    } finally {
      stop.abort()
      await Promise.all(writing)
    }
    // After the roll-back it may have less for a moment, as is said; up to there it never had.
    expect((await reading).backwards).toBeLessThanOrEqual(1)
    expect((await reading).reads).toBeGreaterThan(10)
    await projection.reached(await daybook.head())
    expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
  })

  test('a rebuild that is killed again and again ends as the fold of the log', async () => {
    await using daybook = await open(database.url, { log: 'killed' })
    const levels = levelsOf('killed')
    await moveSome(daybook, new Random(SEED), 8_000)
    await using projection = await daybook.project(levels)
    const random = new Random(SEED + 1)
    const stop = new AbortController()
    const writing = write(daybook, random, stop.signal)
    let resumed = 0
    try {
      for (let kills = 0; kills < 3; kills++) {
        const killed = new Child('tables', database.url, 'killed', 'killed')
        const moment = random.integer(1, 8_000)
        await killed.until(({ kind, ...rest }) => kind === 'rebuilt' || ('done' in rest && rest.done >= moment))
        await killed.kill()
      }
      const last = new Child('tables', database.url, 'killed', 'killed')
      await last.until(({ kind }) => kind === 'rebuilt')
      await last.stop()
      resumed = last.messages.filter((message) => message.kind === 'rebuilt' && message.isEqual).length
    } finally {
      stop.abort()
      await writing
    }
    expect(resumed).toBe(1)
    await projection.reached(await daybook.head())
    expect(await levelsIn(daybook, levels)).toEqual(await expectedLevels(daybook))
  })

  test('goes on where it was killed', async () => {
    await using daybook = await open(database.url, { log: 'resumed' })
    await moveSome(daybook, new Random(SEED), 8_000)
    const killed = new Child('tables', database.url, 'resumed', 'resumed')
    await killed.until((message) => message.kind === 'progress' && message.done > 2_000)
    await killed.kill()
    const again = new Child('tables', database.url, 'resumed', 'resumed')
    await again.until(({ kind }) => kind === 'rebuilt')
    await again.stop()
    expect(again.messages.at(-1)).toMatchObject({ kind: 'rebuilt', resumed: true })
    expect(await levelsIn(daybook, { name: 'resumed' })).toEqual(await expectedLevels(daybook))
  })

  test('a reader that holds on to a table holds up the swap, and is not held up by it for long', async () => {
    await using daybook = await open(database.url, { log: 'held' })
    const levels = levelsOf('held')
    await moveSome(daybook, new Random(SEED), 100)
    await daybook.project(levels, { follow: false })
    const { store } = daybook
    if (!isSqlStore(store)) throw new Error('It is on PostgreSQL.')
    let isSwapped = false
    let rebuilding: Promise<void> = Promise.resolve()
    await store.database.transaction(async (client) => {
      await client.query('select count(*) from held')
      rebuilding = daybook.rebuild(levels).then(({ status }) => {
        isSwapped = status === 'swapped'
      })
      await delay(1_500)
      const begun = performance.now()
      await query(daybook, 'select count(*) from held')
      expect(performance.now() - begun).toBeLessThan(1_500)
      expect(isSwapped).toBe(false)
    })
    await rebuilding
    expect(isSwapped).toBe(true)
  })
})

async function write(daybook: Daybook, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { stream, event } = moveOf(random)
    await daybook.append(stream, event)
    await delay(random.integer(0, 10))
  }
}

/** How many moves there are, again and again. */
async function read(daybook: Daybook, signal: AbortSignal) {
  let [last, backwards, reads] = [0, 0, 0]
  while (!signal.aborted) {
    const [row] = await query(daybook, 'select count(*)::integer as n from busy_moves')
    if (Number(row?.n) < last) backwards++
    last = Number(row?.n)
    reads++
    await delay(5)
  }
  return { backwards, reads }
}
