import { eventStoreConformance, eventStoreHarness, missingCapability } from 'daybook/testing'
import { afterAll, describe, test } from 'vitest'
import type { EventStore, SqlStore } from '../../src/store/index.ts'

/**
 * Declares a test for every case of the suite. `DAYBOOK_SEED` makes a run repeatable: a failure names its seed.
 * @param only The topics that are run, when not all of them are.
 */
export function runConformance(title: string, open: () => Promise<EventStore>, only: RegExp = /^/): void {
  const seed = process.env.DAYBOOK_SEED
  const options = seed === undefined ? {} : { seed: Number(seed) }
  const harness = eventStoreHarness(open, {
    ...options,
    async transact(work) {
      const store = (await harness.shared()) as SqlStore
      await store.database.transaction(work)
    },
  })
  describe(`${title} (DAYBOOK_SEED=${harness.seed})`, () => {
    afterAll(() => harness.close())
    for (const each of eventStoreConformance.filter(({ name }) => only.test(name))) {
      test(each.name, async ({ skip }) => {
        const missing = await missingCapability(each, harness)
        skip(missing !== undefined, missing)
        await each.run(harness)
      })
    }
  })
}
