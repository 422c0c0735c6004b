import { randomUUID } from 'node:crypto'
import type { Daybook, DeadLetter, OpenOptions, ReactOptions } from 'daybook'
import { describe, expect, test } from 'vitest'
import { DeadLetterBox, toErrorText } from '../../src/reacting/dead-letter-box.ts'
import { OrderPaid, thanks } from './orders.ts'

type OpenDaybook = (options: OpenOptions) => Promise<Daybook>

/** Several instances of one reactor, on engines that several processes share. */
export function describeSharedReactors(openDaybook: OpenDaybook): void {
  describe('reactors of several instances', () => {
    const begin = (daybook: Daybook, sent: string[], options: ReactOptions = {}) =>
      daybook.react(thanks, { SendMail: ({ to }) => sent.push(to) }, { leaseMs: 300, ...options })

    test('cause each effect once, and all of them know how far the one at work has come', async () => {
      await using daybook = await openDaybook({ log: 'shared' })
      await using other = await openDaybook({ log: 'shared' })
      const sent: string[] = []
      const [one, two] = [await begin(daybook, sent), await begin(other, sent)]
      const orders = Array.from({ length: 30 }, (_, turn) => `O${turn}`)
      for (const order of orders) await daybook.append('customer-ada', OrderPaid({ order }))
      // Of no type that they react to: the checkpoint need not come so far.
      const { position } = await daybook.append('note-1', { type: 'NoteAdded', data: {} })
      await Promise.all([one.reached(position), two.reached(position)])
      expect(sent).toEqual(orders)
      await expect.poll(() => [one.state, two.state].sort()).toEqual(['live', 'waiting'])
      const reports = [await daybook.reactors(), await other.reactors()]
      // Whoever is asked: one of the two is at work, and has told of it.
      for (const [report] of reports)
        expect(report).toMatchObject({ name: 'thanks', deadLetters: 0, owner: expect.any(String) })
      await expect(two.reached(position + 1, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'not-reached' })
    })

    test('take over from one that stops, from where it was', async () => {
      await using daybook = await openDaybook({ log: 'stops' })
      await using other = await openDaybook({ log: 'stops' })
      const [sent, sentByOther]: [string[], string[]] = [[], []]
      const one = await begin(daybook, sent)
      await one.reached((await daybook.append('customer-ada', OrderPaid({ order: 'O1' }))).position)
      const two = await begin(other, sentByOther)
      await one.stop()
      await two.reached((await daybook.append('customer-ada', OrderPaid({ order: 'O2' }))).position)
      expect([sent, sentByOther]).toEqual([['O1'], ['O2']])
    })

    test('have room for as many dead letters as there may be, each as long as it may be', async () => {
      const log = '💶'.repeat(31)
      await using daybook = await openDaybook({ log })
      const error = toErrorText(new Error('\u0000\ud800\u001b[31m'.repeat(2) + '價'.repeat(400)))
      expect(error).toMatch(/^ \ufffd \[31m .*價…$/)
      const letters = Array.from({ length: 500 }, (_, index): DeadLetter => {
        const key = `${log}/${'價'.repeat(100)}/${randomUUID()}/${index}`
        return { key, position: 9e15, effect: '價'.repeat(128), index, attempts: 10, error, at: new Date() }
      })
      const box = new DeadLetterBox(daybook.store.log(log), '價'.repeat(100))
      await box.change(() => letters)
      expect(await box.list()).toEqual(letters)
    })

    test('keep their dead letters together, whoever changes them', async () => {
      await using daybook = await openDaybook({ log: 'letters' })
      await using other = await openDaybook({ log: 'letters' })
      const quick = { maxAttempts: 1, leaseMs: 300, onDeadLetter() {} }
      let isAway = true
      const handlers = {
        SendMail() {
          if (isAway) throw new Error('away')
        },
      }
      const [one, two] = [await daybook.react(thanks, handlers, quick), await other.react(thanks, handlers, quick)]
      const orders = Array.from({ length: 10 }, (_, turn) => OrderPaid({ order: `O${turn}` }))
      await one.reached((await daybook.append('customer-ada', orders)).position)
      isAway = false
      const keys = (await two.deadLetters.list()).map(({ key }) => key)
      expect(keys.length).toBe(10)
      await Promise.all(
        keys.map((key, place) => (place % 2 === 0 ? one.deadLetters.retry(key) : two.deadLetters.drop(key))),
      )
      expect(await one.deadLetters.list()).toEqual([])
    })
  })
}
