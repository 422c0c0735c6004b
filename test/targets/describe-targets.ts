/** Declares a test for every case that a target of read models must pass: called by one test file for each. */
import { inapplicable, targetConformance } from 'daybook/testing'
import { describe, test } from 'vitest'
import type { ReadModelTargets } from '../../src/store/index.ts'

export function describeTargets(targets: () => ReadModelTargets): void {
  describe('target', () => {
    for (const each of targetConformance) {
      test(each.name, async ({ skip }) => {
        const reason = inapplicable(each, targets())
        skip(reason !== undefined, reason)
        await each.run(targets())
      })
    }
  })
}
