/** Two releases of an aggregate at work on one stream: neither ever meets the other's snapshots. */
import { aggregate, event, open } from 'daybook'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'

const Paid = event('Paid', z.object({ amount: z.int() }))

/** Yesterday's release keeps a sum; today's a sum in cents and how many there were. */
const Yesterday = aggregate('purse', { events: [Paid], initial: { sum: 0 }, snapshot: { every: 5 } }).evolve({
  Paid: (purse, { amount }) => ({ sum: purse.sum + amount }),
})
const Today = aggregate('purse', { events: [Paid], initial: { cents: 0, count: 0 }, snapshot: { every: 5 } }).evolve({
  Paid: (purse, { amount }) => ({ cents: purse.cents + 100 * amount, count: purse.count + 1 }),
})
const input = z.object({ amount: z.int() })
const payYesterday = Yesterday.command('Pay', input, (purse, { amount }) => Paid({ amount: amount + (purse.sum % 2) }))
const payToday = Today.command('Pay', input, (purse, { amount }) => Paid({ amount: amount + (purse.count % 2) }))

describeOnPostgres('two releases on one stream', () => {
  const database = useTestDatabase()

  test('decide on states of their own, with snapshots of their own, and agree on the events', async () => {
    await using yesterday = await open(database.url)
    await using today = await open(database.url)
    for (let turn = 0; turn < 30; turn++) {
      const [one, other] = await Promise.all([
        yesterday.execute(payYesterday, 'A', { amount: turn }),
        today.execute(payToday, 'A', { amount: turn }),
      ])
      expect([one.status, other.status]).toEqual(['accepted', 'accepted'])
    }
    const { snapshots } = today.store.log('main')
    for (const { fingerprint } of [Yesterday, Today]) {
      const key = { stream: 'purse-A', definition: 'purse', fingerprint }
      await vi.waitFor(async () => expect((await snapshots.load(key))?.version).toBeGreaterThanOrEqual(50))
    }
    await using reader = await open(database.url)
    const events = await reader.readStream('purse-A', { events: [Paid] }).toArray()
    const sum = events.reduce((total, { data }) => total + data.amount, 0)
    expect(await reader.stateOf(Yesterday, 'A')).toEqual({ sum })
    expect(await reader.stateOf(Today, 'A')).toEqual({ cents: 100 * sum, count: 60 })
    await reader.clearSnapshots()
    expect(await reader.stateOf(Yesterday, 'A')).toEqual({ sum })
    expect(await reader.stateOf(Today, 'A')).toEqual({ cents: 100 * sum, count: 60 })
  })
})
