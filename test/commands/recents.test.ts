/** States that a process remembers save it the loading, and never the truth. */
import { aggregate, type EventLog, type EventReader, event, open, type ReadStreamOptions, reject } from 'daybook'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'

const Paid = event('Paid', z.object({ amount: z.int() }))
const Purse = aggregate('purse', { events: [Paid], initial: { balance: 0, payments: [] as number[] } }).evolve({
  Paid: (purse, { amount }) => ({ balance: purse.balance + amount, payments: [...purse.payments, amount] }),
})
const pay = Purse.command('Pay', z.object({ amount: z.int() }), (purse, { amount }) =>
  purse.balance + amount < 0 ? reject('Short', { balance: purse.balance }) : Paid({ amount }),
)

test('the next command on a stream reads nothing', async () => {
  await using counted = await openCounted()
  await counted.daybook.execute(pay, 'A', { amount: 5 })
  const readsBefore = counted.reads()
  const result = await counted.daybook.execute(pay, 'A', { amount: -3 })
  expect(result).toMatchObject({ status: 'accepted', version: 2 })
  expect(counted.reads()).toBe(readsBefore)
})

test('what somebody else has recorded since keeps a remembered state from refusing what is right', async () => {
  await using counted = await openCounted()
  await counted.daybook.execute(pay, 'A', { amount: 5 })
  await counted.daybook.append('purse-A', Paid({ amount: 100 }))
  const result = await counted.daybook.execute(pay, 'A', { amount: -50 })
  expect(result).toMatchObject({ status: 'accepted', version: 3 })
})

test('and from accepting what is wrong', async () => {
  await using counted = await openCounted()
  await counted.daybook.execute(pay, 'A', { amount: 100 })
  await counted.daybook.append('purse-A', Paid({ amount: -100 }))
  const result = await counted.daybook.execute(pay, 'A', { amount: -50 })
  expect(result).toMatchObject({ status: 'rejected', reason: 'Short', details: { balance: 0 } })
})

test('an explicit version is held against the store, not against what is remembered', async () => {
  await using counted = await openCounted()
  await counted.daybook.execute(pay, 'A', { amount: 5 })
  await counted.daybook.append('purse-A', Paid({ amount: 1 }))
  const stale = await counted.daybook.execute(pay, 'A', { amount: 1 }, { expectedVersion: 1 })
  expect(stale).toMatchObject({ status: 'conflict', expected: 1, actual: 2 })
  const right = await counted.daybook.execute(pay, 'A', { amount: 1 }, { expectedVersion: 2 })
  expect(right).toMatchObject({ status: 'accepted', version: 3 })
})

test('a rule that changes the state in place fails, and spoils nothing', async () => {
  await using counted = await openCounted()
  const cheat = Purse.command('Cheat', z.object({}), (purse) => {
    purse.payments.push(1_000)
    return Paid({ amount: 0 })
  })
  await counted.daybook.execute(pay, 'A', { amount: 5 })
  await expect(counted.daybook.execute(cheat, 'A', {})).rejects.toThrow('leaves the state that it is given as it is')
  expect(await counted.daybook.stateOf(Purse, 'A')).toEqual({ balance: 5, payments: [5] })
})

/** A daybook in memory that counts how often a stream is read. */
async function openCounted() {
  let reads = 0
  const count = (log: EventLog) =>
    instead(log, {
      readStream(stream: string, options?: ReadStreamOptions): EventReader {
        reads++
        return log.readStream(stream, options)
      },
    })
  const daybook = await open('memory:', { instruments: { log: count } })
  return { daybook, reads: () => reads, [Symbol.asyncDispose]: () => daybook.close() }
}
