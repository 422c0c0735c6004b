/** The target fails at every n-th call, before it does its work or after, and rows are in the end as if it had not. */
import { DaybookError, type Generation, isSqlStore, open, type ReadModelTargets } from 'daybook'
import { Random } from 'daybook/testing'
import { expect, test } from 'vitest'
import { instead } from '../support/instead.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { assertProjected } from './assert-projected.ts'
import { JOURNAL_TABLE, moves, totals } from './projected-moves.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'

/** Targets whose calls fail when `isDue` says so: the connection is lost with the question, or with the answer. */
function losing(targets: ReadModelTargets, isDue: () => 'before' | 'after' | undefined): ReadModelTargets {
  const wrap = <T extends object>(target: T, names: readonly (keyof T)[]): T => {
    const members = names.map((name) => [name, through(target, name, isDue)] as const)
    return instead(target, Object.fromEntries(members) as Partial<T>)
  }
  return instead(targets, {
    open: async (log, name) => {
      const target = await targets.open(log, name)
      const live = through(target, 'live', isDue)
      return instead(target, {
        live: async (fingerprint: string) =>
          wrap<Generation>((await live(fingerprint)) as Generation, [
            'begin',
            'load',
            'save',
            'quarantined',
            'isEmptied',
          ]),
      })
    },
  })
}

function through<T extends object>(target: T, name: keyof T, isDue: () => 'before' | 'after' | undefined) {
  return async (...given: unknown[]): Promise<unknown> => {
    const when = isDue()
    const lost = () => new DaybookError('connection-lost', 'lost by the test', { engine: 'test', attempts: 1 })
    if (when === 'before') throw lost()
    const result = await (target[name] as (...all: unknown[]) => Promise<unknown>).apply(target, given)
    if (when === 'after') throw lost()
    return result
  }
}

describeOnPostgres(`a target that fails (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()

  for (const every of [2, 3, 7]) {
    test(`at every call number ${every}, before its work or after it, costs time alone`, async () => {
      let calls = 0
      let isOn = true
      const random = new Random(SEED + every)
      const isDue = () => {
        if (!isOn || ++calls % every !== 0) return undefined
        return random.integer(0, 1) === 0 ? ('before' as const) : ('after' as const)
      }
      const instruments = { targets: (targets: ReadModelTargets) => losing(targets, isDue) }
      await using daybook = await open(database.url, { log: `every-${every}`, instruments })
      if (!isSqlStore(daybook.store)) throw new Error('not on SQL')
      await daybook.store.database.transaction(async (client) => {
        await client.query('drop table if exists journal')
        await client.query(JOURNAL_TABLE)
      })
      isOn = false
      const projection = await daybook.project(totals)
      isOn = true
      // However large the batches are, some calls must have failed.
      for (let round = 0; round < 6 || calls < 3 * every; round++) {
        await daybook.import(moves(random, random.integer(1, 3_000)))
        await projection.reached(await daybook.head(), { timeoutMs: 60_000 })
      }
      expect(projection.failure).toBeUndefined()
      isOn = false
      await projection.stop()
      await assertProjected(daybook)
    })
  }
})
