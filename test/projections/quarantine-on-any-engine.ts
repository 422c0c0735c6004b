import { type Daybook, type DaybookError, type OpenOptions, readModel } from 'daybook'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { expectedSums, Paid, poison, rowsOf, sums } from './ledger.ts'

type OpenDaybook = (options: OpenOptions) => Promise<Daybook>

const quiet = { onQuarantine: () => {}, onFailure: () => {} }

/** Keys whose events cannot be applied, on any engine. */
export function describeQuarantine(openDaybook: OpenDaybook): void {
  describe('quarantine', () => {
    beforeEach(() => poison.clear())

    async function pay(daybook: Daybook, account: string, ...amounts: number[]): Promise<number> {
      const appended = await daybook.append(
        `account-${account}`,
        amounts.map((amount) => Paid({ amount })),
      )
      return appended.position
    }

    test('a poison event holds back its key, in order, and nothing else', async () => {
      await using daybook = await openDaybook({ log: 'poison' })
      poison.add(13)
      const told: DaybookError[] = []
      await pay(daybook, 'a', 1, 13, 2)
      await pay(daybook, 'b', 5)
      const projection = await daybook.project(sums, { ...quiet, onQuarantine: (failure) => told.push(failure) })
      await projection.reached(4)
      await projection.reached(await pay(daybook, 'a', 3))
      await projection.reached(await pay(daybook, 'b', 6))
      const waiting = (key: string, amount: number) => key !== 'a' || amount === 1
      expect(await rowsOf(projection)).toEqual(expectedSums(await daybook.read().toArray(), waiting))
      expect(told).toMatchObject([{ code: 'key-quarantined', details: { projection: 'sums', key: 'a', position: 2 } }])
      const [held] = await projection.quarantine.list()
      expect(held).toMatchObject({ key: 'a', position: 2, waiting: 3, error: '13 cannot be applied' })
      expect(await projection.report()).toMatchObject({ state: 'live', quarantined: 1, lag: { events: 0 } })
    })

    test('retry › applies what waits once the cause is gone, and tells when it is not', async () => {
      await using daybook = await openDaybook({ log: 'retry' })
      poison.add(13).add(17)
      const projection = await daybook.project(sums, quiet)
      await projection.reached(await pay(daybook, 'a', 1, 13, 2, 17, 3))
      await expect(projection.quarantine.retry('a')).rejects.toMatchObject({ code: 'key-quarantined' })
      poison.delete(13)
      // As far as it goes: the second poison holds back the rest.
      const stuck = projection.quarantine.retry('a')
      await expect(stuck).rejects.toMatchObject({ code: 'key-quarantined', details: { position: 4 } })
      expect(await projection.get('a')).toEqual({ sum: 16, amounts: [1, 13, 2] })
      expect(await projection.quarantine.list()).toMatchObject([{ position: 4, waiting: 2 }])
      poison.delete(17)
      await projection.quarantine.retry('a')
      expect(await projection.quarantine.list()).toEqual([])
      await projection.reached(await pay(daybook, 'a', 4))
      expect(await rowsOf(projection)).toEqual(expectedSums(await daybook.read().toArray()))
      await expect(projection.quarantine.retry('a')).rejects.toMatchObject({ code: 'invalid-argument' })
    })

    test('skip › leaves out the one event, and goes on in order', async () => {
      await using daybook = await openDaybook({ log: 'skip' })
      poison.add(13)
      const projection = await daybook.project(sums, quiet)
      await projection.reached(await pay(daybook, 'a', 1, 13, 2, 3))
      await projection.quarantine.skip('a')
      await projection.reached(await pay(daybook, 'a', 4))
      const events = await daybook.read().toArray()
      expect(await rowsOf(projection)).toEqual(expectedSums(events, (_, amount) => amount !== 13))
    })

    test('of an event with several keys only the one that fails is held back', async () => {
      await using daybook = await openDaybook({ log: 'several' })
      const picky = readModel('picky', {
        events: [Paid],
        key: ({ stream, data }) => [stream.id, data.to ?? 'nobody'],
        initial: { seen: 0, refuses: false },
      }).evolve({
        Paid: (row, { amount }, { stream }) => {
          if (row.seen === 1 && stream.id === 'a' && poison.has(amount)) throw new Error('not a second time')
          return { ...row, seen: row.seen + 1 }
        },
      })
      poison.add(2)
      await daybook.append('account-a', Paid({ amount: 1 }))
      await daybook.append('account-a', Paid({ amount: 2, to: 'c' }))
      const projection = await daybook.project(picky, quiet)
      await projection.reached(2)
      expect(await projection.quarantine.list()).toMatchObject([{ key: 'a', position: 2, waiting: 1 }])
      expect(await projection.get('c')).toEqual({ seen: 1, refuses: false })
    })

    test('what waits is still there after a restart', async () => {
      await using daybook = await openDaybook({ log: 'restart' })
      poison.add(13)
      const first = await daybook.project(sums, quiet)
      await first.reached(await pay(daybook, 'a', 1, 13))
      await first.stop()
      await pay(daybook, 'a', 2)
      const second = await daybook.project(sums, quiet)
      await second.reached(3)
      expect(await second.quarantine.list()).toMatchObject([{ key: 'a', position: 2, waiting: 2 }])
      poison.clear()
      await second.quarantine.retry('a')
      expect(await rowsOf(second)).toEqual(expectedSums(await daybook.read().toArray()))
    })

    test('one key more than may be in quarantine stops it: then it is no event that is broken', async () => {
      await using daybook = await openDaybook({ log: 'too-many' })
      poison.add(13)
      const projection = await daybook.project(sums, { ...quiet, maxQuarantinedKeys: 2 })
      await projection.reached(await pay(daybook, 'a', 13))
      await projection.reached(await pay(daybook, 'b', 13))
      const position = await pay(daybook, 'c', 13)
      await expect(projection.reached(position)).rejects.toMatchObject({ code: 'projection-failed' })
      expect(await projection.report()).toMatchObject({ state: 'failed', lastError: { code: 'projection-failed' } })
    })

    describe('of events that cannot be read', () => {
      // Lifted by an upcaster that fails for what is poison; the key is found without it.
      const Lifted = Paid.next(z.object({ amount: z.int() }), ({ amount }) => {
        if (poison.has(amount)) throw new Error('not to be lifted')
        return { amount }
      })
      const totals = readModel('totals', {
        events: [Lifted],
        key: ({ stream }) => stream.id,
        initial: { sum: 0 },
        version: 1,
      }).evolve({ Paid: (row, { amount }) => ({ sum: row.sum + amount }) })

      test('their keys wait, in order, and nothing else, where keys are found without data', async () => {
        await using daybook = await openDaybook({ log: 'unreadable' })
        poison.add(13)
        await pay(daybook, 'a', 1, 13, 2)
        const told: DaybookError[] = []
        const projection = await daybook.project(totals, { ...quiet, onQuarantine: (failure) => told.push(failure) })
        await projection.reached(await pay(daybook, 'b', 5))
        // Of a release that is newer than this one, and of a key that waits already.
        await daybook.append('account-c', { type: 'Paid', data: {}, schemaVersion: 9 })
        await daybook.append('account-a', { type: 'Paid', data: {}, schemaVersion: 9 })
        await projection.reached(await pay(daybook, 'b', 6))
        expect(await rowsOf(projection)).toEqual({ a: { sum: 1 }, b: { sum: 11 } })
        expect(told.map(({ details }) => details)).toMatchObject([
          { key: 'a', position: 2 },
          { key: 'c', position: 5 },
        ])
        expect(told[1]?.cause).toMatchObject({ code: 'unreadable-event' })
        expect(await projection.quarantine.list()).toMatchObject([
          { key: 'a', position: 2, waiting: 3 },
          { key: 'c', position: 5, waiting: 1 },
        ])
        await projection.stop()
        expect(await daybook.rebuild(totals)).toMatchObject({ status: 'swapped', quarantined: 2 })
        await using rebuilt = await daybook.project(totals, quiet)
        expect(await rowsOf(rebuilt)).toEqual({ a: { sum: 1 }, b: { sum: 11 } })
        // Once it can be lifted, what comes up to the next one is applied.
        poison.clear()
        await expect(rebuilt.quarantine.retry('a')).rejects.toMatchObject({ details: { key: 'a', position: 6 } })
        await rebuilt.quarantine.skip('a')
        await rebuilt.quarantine.skip('c')
        await rebuilt.reached(await pay(daybook, 'a', 4))
        expect(await rowsOf(rebuilt)).toEqual({ a: { sum: 20 }, b: { sum: 11 } })
      })

      test('nobody knows what waits for them where keys are found in data, and it stops', async () => {
        await using daybook = await openDaybook({ log: 'unreadable-keys' })
        const projection = await daybook.project(sums, quiet)
        await daybook.append('account-a', { type: 'Paid', data: {}, schemaVersion: 9 })
        await expect(projection.reached(1)).rejects.toMatchObject({
          code: 'projection-failed',
          cause: { code: 'unreadable-event' },
        })
      })
    })

    test('a row that an evolve changes in place, and then fails, is not left half changed', async () => {
      await using daybook = await openDaybook({ log: 'in-place' })
      const careless = readModel('careless', { events: [Paid], key: () => 'k', initial: { sum: 0 } }).evolve({
        Paid: (row, { amount }) => {
          const next = row.sum === 0 ? { ...row } : (row as { sum: number })
          next.sum += amount
          if (poison.has(amount)) throw new Error('too late')
          return next
        },
      })
      poison.add(13)
      const projection = await daybook.project(careless, quiet)
      await projection.reached(await pay(daybook, 'a', 1, 2))
      await projection.reached(await pay(daybook, 'a', 3, 13, 4))
      expect(await projection.get('k')).toEqual({ sum: 6 })
      poison.clear()
      await projection.quarantine.retry('k')
      expect(await projection.get('k')).toEqual({ sum: 23 })
    })
  })
}
