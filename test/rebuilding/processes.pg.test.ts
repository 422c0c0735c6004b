/** A rebuild in a process of its own, in threads, which is killed again and again while others write. */
import { open } from 'daybook'
import { Random } from 'daybook/testing'
import { expect, test } from 'vitest'
import { SEED, TIMEOUT_MS } from '../faults/seed.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { Child } from './start-child.ts'
import { byBoth, byProduct, byWarehouse, expectedRows, rowsOf, stockHistory } from './stock.ts'

const EVENTS = 20_000

describeOnPostgres(`a rebuild in threads (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()
  const random = new Random(SEED)

  async function fill(log: string) {
    const daybook = await open(database.url, { log })
    await daybook.import(stockHistory({ random, events: EVENTS, products: 2_000, warehouses: 40 }))
    return daybook
  }

  test.each([byProduct, byBoth])(
    '$name › killed at random moments while two write, is the fold of the log',
    async (readModel) => {
      const log = readModel.name
      await using daybook = await fill(log)
      const writers = [1, 2].map((n) => new Child('write', database.url, log, String(SEED + n)))
      let rebuilding: Child | undefined
      try {
        for (let kills = 0; kills < 2; kills++) {
          rebuilding = new Child('rebuild', database.url, log, readModel.name, '2')
          const moment = random.integer(0, EVENTS)
          await rebuilding.until(({ kind, ...rest }) => kind === 'rebuilt' || ('done' in rest && rest.done >= moment))
          await rebuilding.kill()
        }
        rebuilding = new Child('rebuild', database.url, log, readModel.name, '2')
        await rebuilding.until(({ kind }) => kind === 'rebuilt')
      } finally {
        await rebuilding?.stop()
        await Promise.all(writers.map((writer) => writer.stop()))
      }
      expect(await rowsOf(daybook, readModel)).toEqual(expectedRows(readModel.name, await daybook.read().toArray()))
    },
  )

  test('goes on where it was killed', async () => {
    await using daybook = await fill('resumed')
    const killed = new Child('rebuild', database.url, 'resumed', byWarehouse.name, '2')
    await killed.until((message) => message.kind === 'progress' && message.done > EVENTS / 3)
    await killed.kill()
    const resumed = new Child('rebuild', database.url, 'resumed', byWarehouse.name, '2')
    await resumed.until(({ kind }) => kind === 'rebuilt')
    await resumed.stop()
    expect(resumed.messages.at(-1)).toMatchObject({ kind: 'rebuilt', resumed: true })
    const [first] = resumed.messages
    expect(first?.kind === 'progress' && first.done).toBeGreaterThan(0)
    expect(await rowsOf(daybook, byWarehouse)).toEqual(expectedRows(byWarehouse.name, await daybook.read().toArray()))
  })
})
