import { open } from 'daybook'
import { memoryTargets } from 'daybook/memory'
import { expect, test } from 'vitest'
import { describeWithin } from '../commands/within-on-any-engine.ts'
import { Paid, rowsOf, sums } from '../projections/ledger.ts'
import { describeOnNats, useNats } from '../support/nats.ts'
import { describeDaybook } from './on-any-engine.ts'

describeOnNats('on NATS JetStream', () => {
  const nats = useNats()
  describeDaybook((options) => open(nats.url, options))
  describeWithin((options) => open(nats.url, options))

  test('says once that read models without targets are in memory, unless that is meant', async () => {
    const codes: unknown[] = []
    const note = (warning: Error & { code?: string }) => codes.push(warning.code)
    process.on('warning', note)
    await using daybook = await open(nats.url, { log: 'in-memory' })
    await daybook.append('account-1', Paid({ amount: 1 }))
    await daybook.project(sums, { follow: false, targets: memoryTargets() })
    await settled()
    expect(codes).toEqual([])
    for (let round = 0; round < 2; round++) {
      expect(await rowsOf(await daybook.project(sums, { follow: false }))).toMatchObject({ 1: { sum: 1 } })
    }
    await settled()
    process.off('warning', note)
    expect(codes).toEqual(['DAYBOOK_READ_MODELS_IN_MEMORY'])
  })
})

/** Warnings are told in a later turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
