import { setTimeout as delay } from 'node:timers/promises'
import {
  aggregate,
  type Daybook,
  type DaybookError,
  type EventLog,
  event,
  type OpenOptions,
  type ReactFrom,
  type ReactOptions,
  type RunningReactor,
  reactor,
  readModel,
} from 'daybook'
import { memoryTargets } from 'daybook/memory'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'
import { checkout, OrderPaid, OrderPlaced, SendMail, thanks } from './orders.ts'

type OpenDaybook = (options: OpenOptions) => Promise<Daybook>

const NoteAdded = event('NoteAdded', z.object({ text: z.string() }))
const quick: ReactOptions = { firstPauseMs: 1, longestPauseMs: 4, maxAttempts: 3, onDeadLetter() {}, onFailure() {} }

/** An outside that remembers what it was asked for, and refuses what it is told to. */
class Outside {
  readonly asked: { readonly what: string; readonly key: string; readonly attempt: number }[] = []
  readonly refused = new Map<string, number>()

  /** What was asked for, each time. */
  get whats(): readonly string[] {
    return this.asked.map(({ what }) => what)
  }

  /** So often: for ever when absent. */
  refuse(what: string, times = Number.POSITIVE_INFINITY): void {
    this.refused.set(what, times)
  }

  ask(what: string, { key, attempt }: { readonly key: string; readonly attempt: number }): void {
    this.asked.push({ what, key, attempt })
    const times = this.refused.get(what) ?? 0
    this.refused.set(what, times - 1)
    if (times > 0) throw new Error(`${what} is refused`)
  }

  react(daybook: Daybook, options: ReactOptions = {}): Promise<RunningReactor> {
    const handlers = {
      SendMail: async ({ subject }: { subject: string }, context: { key: string; attempt: number }) =>
        this.ask(subject, context),
      TakePayment: async ({ amount }: { amount: number }, context: { key: string; attempt: number }) =>
        this.ask(`take ${amount}`, context),
    }
    return daybook.react(checkout, handlers, { ...quick, ...options })
  }
}

async function place(daybook: Daybook, order: string, total = 1): Promise<number> {
  return (await daybook.append('customer-ada', OrderPlaced({ order, total }))).position
}

async function pay(daybook: Daybook, order: string): Promise<number> {
  return (await daybook.append('customer-ada', OrderPaid({ order }))).position
}

/** Reactors, on any engine. */
export function describeReactors(openDaybook: OpenDaybook): void {
  describe('reactors', () => {
    test('cause what is recorded from now on, in the order of the log, each with a key of its own', async () => {
      await using daybook = await openDaybook({ log: 'order' })
      const outside = new Outside()
      await pay(daybook, 'past')
      const running = await outside.react(daybook)
      await place(daybook, 'O1', 5)
      await daybook.append('note-1', NoteAdded({ text: 'nobody reacts to it' }))
      const position = await pay(daybook, 'O1')
      await running.reached(position)
      const [, placed, , paid] = await daybook.read().toArray()
      expect(outside.asked).toEqual([
        { what: 'Order O1', key: `order/checkout/${placed?.id}/0`, attempt: 1 },
        { what: 'take 5', key: `order/checkout/${placed?.id}/1`, attempt: 1 },
        { what: 'Paid O1', key: `order/checkout/${paid?.id}/0`, attempt: 1 },
      ])
      await expect.poll(() => running.state).toBe('live')
      expect([running.name, running.status]).toEqual(['checkout', 'running'])
      expect(running.checkpoint).toBe(position)
      await running.reached(position)
    })

    test('go on where they were, and have begun even where nothing had been recorded yet', async () => {
      await using daybook = await openDaybook({ log: 'begun' })
      const outside = new Outside()
      await (await outside.react(daybook)).stop()
      await pay(daybook, 'O1')
      const running = await outside.react(daybook, { from: 'now' })
      await running.reached(await pay(daybook, 'O2'))
      await running.stop()
      expect(running.status).toBe('stopped')
      await pay(daybook, 'O3')
      const resumed = await outside.react(daybook, { from: 'start' })
      await resumed.reached(await pay(daybook, 'O4'))
      expect(outside.whats).toEqual(['Paid O1', 'Paid O2', 'Paid O3', 'Paid O4'])
    })

    test('begin with the first event, or after a position, where that is asked for', async () => {
      const begin = async (log: string, from: ReactFrom) => {
        await using daybook = await openDaybook({ log })
        const outside = new Outside()
        const positions = [await pay(daybook, 'O1'), await pay(daybook, 'O2'), await pay(daybook, 'O3')]
        const running = await outside.react(daybook, { from: typeof from === 'number' ? (positions[from] ?? 0) : from })
        await running.reached(positions[2] ?? 0)
        return outside.whats
      }
      expect(await begin('from-start', 'start')).toEqual(['Paid O1', 'Paid O2', 'Paid O3'])
      expect(await begin('from-position', 1)).toEqual(['Paid O3'])
      expect(await begin('from-now', 'now')).toEqual([])
    })

    test('what is ahead of its log stops, until it is said where it is to go on', async () => {
      await using daybook = await openDaybook({ log: 'restored' })
      const outside = new Outside()
      const running = await outside.react(daybook)
      await running.reached(await pay(daybook, 'O1'))
      await running.stop()
      // As if the log had been longer, before it was restored.
      const { checkpoints } = daybook.store.log('restored')
      const next = await checkpoints.load('reactor checkout')
      expect(await checkpoints.move('reactor checkout', next, next + 100)).toBe(true)
      const details = { projection: 'checkout', checkpoint: next + 99, head: await daybook.head() }
      await expect(outside.react(daybook)).rejects.toMatchObject({ code: 'checkpoint-ahead', details })
      const position = await pay(daybook, 'O2')
      await (await outside.react(daybook, { from: position - 1 })).reached(position)
      expect(outside.whats).toEqual(['Paid O1', 'Paid O2'])
    })

    test('an effect that fails is tried again with the same key, and what comes after it waits', async () => {
      await using daybook = await openDaybook({ log: 'again' })
      const outside = new Outside()
      outside.refuse('Paid O1', 2)
      const running = await outside.react(daybook)
      await pay(daybook, 'O1')
      await running.reached(await pay(daybook, 'O2'))
      expect(outside.whats).toEqual(['Paid O1', 'Paid O1', 'Paid O1', 'Paid O2'])
      const [first, second, third] = outside.asked
      expect([first?.attempt, second?.attempt, third?.attempt]).toEqual([1, 2, 3])
      expect(new Set([first?.key, second?.key, third?.key]).size).toBe(1)
      expect(running.lastError?.message).toBe('Paid O1 is refused')
      expect(await running.deadLetters.list()).toEqual([])
    })

    test('an effect that fails for good becomes a dead letter, and everything else goes on', async () => {
      await using daybook = await openDaybook({ log: 'dead' })
      const outside = new Outside()
      const told: DaybookError[] = []
      outside.refuse('Order O1')
      const running = await outside.react(daybook, { onDeadLetter: (failure) => told.push(failure) })
      const position = await place(daybook, 'O1', 5)
      await running.reached(await pay(daybook, 'O2'))
      expect(outside.whats).toEqual(['Order O1', 'Order O1', 'Order O1', 'take 5', 'Paid O2'])
      const key = outside.asked[0]?.key ?? ''
      const letter = { key, position, effect: 'SendMail', index: 0, attempts: 3, error: 'Order O1 is refused' }
      expect(await running.deadLetters.list()).toEqual([{ ...letter, at: expect.any(Date) }])
      expect(told).toMatchObject([
        { code: 'effect-failed', details: { reactor: 'checkout', key, effect: 'SendMail', position, attempts: 3 } },
      ])
    })

    test('a dead letter is there after a restart, is tried again with its key, or dropped', async () => {
      await using daybook = await openDaybook({ log: 'letters' })
      const outside = new Outside()
      outside.refuse('Paid O1', 4)
      outside.refuse('Paid O2')
      const first = await outside.react(daybook)
      await pay(daybook, 'O1')
      await first.reached(await pay(daybook, 'O2'))
      await first.stop()
      const { deadLetters } = await outside.react(daybook)
      const [one, two] = await deadLetters.list()
      await expect(deadLetters.retry(one?.key ?? '')).rejects.toMatchObject({
        code: 'effect-failed',
        details: { attempts: 4, key: one?.key },
      })
      expect(await deadLetters.list()).toMatchObject([{ attempts: 4 }, { attempts: 3 }])
      outside.asked.length = 0
      await deadLetters.retry(one?.key ?? '')
      expect(outside.asked).toEqual([{ what: 'Paid O1', key: one?.key, attempt: 5 }])
      expect(await deadLetters.list()).toEqual([two])
      await deadLetters.drop(two?.key ?? '')
      expect(await deadLetters.list()).toEqual([])
      await expect(deadLetters.drop(two?.key ?? '')).rejects.toMatchObject({ code: 'invalid-argument' })
      await expect(deadLetters.retry('x')).rejects.toMatchObject({ code: 'invalid-argument' })
      expect(outside.whats).toEqual(['Paid O1'])
    })

    test('a reaction that throws is a dead letter at once, and is tried again as it is defined by then', async () => {
      await using daybook = await openDaybook({ log: 'reaction' })
      const sent: string[] = []
      const handlers = { SendMail: ({ to }: { to: string }, { key }: { key: string }) => sent.push(`${to} ${key}`) }
      const define = (to: string) =>
        reactor('thanks', { events: [OrderPaid], effects: [SendMail] }).on({
          OrderPaid: ({ order }) => [SendMail({ to: order === 'bad' ? to : order, subject: '' })],
        })
      const broken = await daybook.react(define(''), handlers, quick)
      const { position } = await daybook.append('order-1', OrderPaid({ order: 'bad' }))
      await broken.reached((await daybook.append('order-1', OrderPaid({ order: 'good' }))).position)
      const [bad, good] = await daybook.read().toArray()
      const key = `reaction/thanks/${bad?.id}`
      expect(await broken.deadLetters.list()).toMatchObject([
        { key, position, attempts: 1, error: /SendMail.*data\.to/ },
      ])
      await expect(broken.deadLetters.retry(key)).rejects.toMatchObject({ code: 'effect-failed' })
      await broken.stop()
      const mended = await daybook.react(define('better'), handlers, quick)
      await mended.deadLetters.retry(key)
      expect(sent).toEqual([`good reaction/thanks/${good?.id}/0`, `better ${key}/0`])
      expect(await mended.deadLetters.list()).toEqual([])
    })

    test('with too many dead letters it stops before the next, and goes on when there is room', async () => {
      await using daybook = await openDaybook({ log: 'full' })
      const outside = new Outside()
      for (const order of ['O1', 'O2']) outside.refuse(`Paid ${order}`)
      const told: DaybookError[] = []
      const options = { maxDeadLetters: 1, onFailure: (failure: DaybookError) => told.push(failure) }
      const running = await outside.react(daybook, options)
      await pay(daybook, 'O1')
      const position = await pay(daybook, 'O2')
      const last = await pay(daybook, 'O3')
      const failed = { code: 'reactor-failed', details: { reactor: 'checkout', position } }
      await expect(running.reached(last)).rejects.toMatchObject(failed)
      expect(running.status).toBe('failed')
      expect(running.failure).toMatchObject(failed)
      expect(told).toMatchObject([failed])
      const [letter] = await running.deadLetters.list()
      await running.deadLetters.drop(letter?.key ?? '')
      outside.refuse('Paid O2', 0)
      await (await outside.react(daybook, options)).reached(last)
      expect(outside.whats.slice(-2)).toEqual(['Paid O2', 'Paid O3'])
    })

    test('a crash between an effect and its checkpoint causes it again, with the same key', async () => {
      const outside = new Outside()
      // No checkpoint is written from some moment on, as the process is about to die.
      const process = { isDying: false }
      const log = (whole: EventLog) => {
        const move = async (name: string, expected: number, position: number) => {
          if (process.isDying) throw new Error('the process is dying')
          return await whole.checkpoints.move(name, expected, position)
        }
        return instead(whole, { checkpoints: instead(whole.checkpoints, { move }) })
      }
      await using daybook = await openDaybook({ log: 'crash', instruments: { log } })
      const running = await outside.react(daybook)
      await running.reached(await pay(daybook, 'O1'))
      process.isDying = true
      const position = await pay(daybook, 'O2')
      await expect.poll(() => running.lastError?.message).toBe('the process is dying')
      await running.stop()
      process.isDying = false
      await (await outside.react(daybook)).reached(position)
      expect(outside.whats).toEqual(['Paid O1', 'Paid O2', 'Paid O2'])
      expect(outside.asked[2]?.key).toBe(outside.asked[1]?.key)
    })

    test('a command that is executed as an effect happens once, however often it is caused', async () => {
      await using daybook = await openDaybook({ log: 'commands' })
      const Shipped = event('Shipped', z.object({ order: z.string() }))
      const Parcel = aggregate('parcel', { events: [Shipped], initial: { shipped: 0 } }).evolve({
        Shipped: ({ shipped }) => ({ shipped: shipped + 1 }),
      })
      const ship = Parcel.command('Ship', z.object({ order: z.string() }), (_, input) => Shipped(input))
      const shipping = reactor('shipping', { events: [OrderPaid], effects: [SendMail] }).on({
        OrderPaid: ({ order }) => SendMail({ to: order, subject: 'ship' }),
      })
      let times = 0
      const running = await daybook.react(
        shipping,
        {
          async SendMail({ to }, { execution }) {
            const { status } = await daybook.execute(ship, to, { order: to }, execution)
            if (++times === 1) throw new Error(`${status}, and nobody heard of it`)
          },
        },
        quick,
      )
      const paid = await daybook.append(
        'customer-ada',
        OrderPaid({ order: 'O1' }, { metadata: { correlationId: 'c1' } }),
      )
      await running.reached(paid.position)
      expect(times).toBe(2)
      expect(await daybook.stateOf(Parcel, 'O1')).toEqual({ shipped: 1 })
      const [shipped] = await daybook.readStream('parcel-O1').toArray()
      const id = paid.events[0]?.id
      expect(shipped?.metadata).toMatchObject({
        causationId: id,
        correlationId: 'c1',
        commandId: `commands/shipping/${id}/0`,
      })
    })

    test('are reported on: where they are, how far behind, and what failed', async () => {
      await using daybook = await openDaybook({ log: 'reports' })
      const outside = new Outside()
      expect(await daybook.reactors()).toEqual([])
      outside.refuse('Paid O1')
      const running = await outside.react(daybook)
      const position = await pay(daybook, 'O1')
      await running.reached(position)
      await expect.poll(async () => (await running.report()).state).toBe('live')
      const [report] = await daybook.reactors()
      const at = expect.any(Date)
      const lastError = { message: 'Paid O1 is refused', at }
      const live = { name: 'checkout', state: 'live', checkpoint: position, head: position, deadLetters: 1, lastError }
      expect(report).toEqual({ ...live, lag: { events: 0, seconds: 0 }, owner: expect.any(String), at })
      const { position: looked } = await daybook.append('note-1', NoteAdded({ text: 'nobody reacts to it' }))
      await running.reached(looked)
      await running.stop()
      // What a stop has looked at, the next start need not look at again.
      expect(await daybook.store.log('reports').checkpoints.load('reactor checkout')).toBe(looked + 1)
      const later = await pay(daybook, 'O2')
      const [stopped] = await daybook.reactors()
      const lag = { events: later - looked }
      expect(stopped).toMatchObject({ state: 'stopped', checkpoint: looked, head: later, lag })
      expect(stopped?.owner).toBeUndefined()
      // By name, also where it does not run.
      const kept = daybook.deadLetters('checkout')
      const [letter] = await kept.list()
      expect(letter).toMatchObject({ position, error: 'Paid O1 is refused' })
      await kept.drop(letter?.key ?? '')
      expect(await kept.list()).toEqual([])
      expect(await daybook.deadLetters('nobody').list()).toEqual([])
    })

    test('no rebuild causes an effect again', async () => {
      await using daybook = await openDaybook({ log: 'rebuilt' })
      const outside = new Outside()
      const running = await outside.react(daybook)
      await pay(daybook, 'O1')
      await running.reached(await pay(daybook, 'O2'))
      const paid = readModel('paid', { events: [OrderPaid], key: () => 'all', initial: { orders: 0 } }).evolve({
        OrderPaid: ({ orders }) => ({ orders: orders + 1 }),
      })
      const targets = memoryTargets()
      const projection = await daybook.project(paid, { targets, follow: false })
      await daybook.rebuild(paid, { targets })
      expect(await projection.get('all')).toEqual({ orders: 2 })
      await running.reached(await pay(daybook, 'O3'))
      expect(outside.whats).toEqual(['Paid O1', 'Paid O2', 'Paid O3'])
    })

    test('an attempt that takes too long is broken off, and another begins', async () => {
      await using daybook = await openDaybook({ log: 'late' })
      const attempts: AbortSignal[] = []
      const handlers = {
        SendMail: async (_: unknown, { signal }: { signal: AbortSignal }) => {
          attempts.push(signal)
          if (attempts.length === 1) await new Promise(() => {})
        },
      }
      const running = await daybook.react(thanks, handlers, { ...quick, timeoutMs: 50 })
      await running.reached(await pay(daybook, 'O1'))
      expect(attempts.map(({ aborted }) => aborted)).toEqual([true, false])
      expect(running.lastError?.message).toContain('50 ms')
    })

    test('stop lets the effect under way end, and begins no other; a repeat of a name is refused', async () => {
      await using daybook = await openDaybook({ log: 'stopped' })
      const steps: string[] = []
      let onBegun = () => {}
      const begun = new Promise<void>((resolve) => {
        onBegun = resolve
      })
      const handlers = {
        async SendMail() {
          steps.push('begun')
          onBegun()
          await delay(30)
          steps.push('ended')
        },
        TakePayment: () => steps.push('payment'),
      }
      const running = await daybook.react(checkout, handlers, quick)
      await expect(daybook.react(checkout, handlers, quick)).rejects.toMatchObject({ code: 'reactor-name-taken' })
      const position = await place(daybook, 'O1')
      await begun
      await running.stop()
      expect(steps).toEqual(['begun', 'ended'])
      await expect(running.reached(position)).rejects.toMatchObject({ code: 'not-reached' })
    })

    test('what cannot be is refused before anything begins', async () => {
      await using daybook = await openDaybook({ log: 'refused' })
      const react = (options: object, handlers: object = { SendMail() {}, TakePayment() {} }) =>
        daybook.react(checkout, handlers as { SendMail(): void; TakePayment(): void }, options)
      const refused = (argument: string) => ({ code: 'invalid-argument', details: { argument } })
      await expect(react({}, { SendMail() {} })).rejects.toMatchObject(refused('handlers'))
      await expect(react({ from: 'today' })).rejects.toMatchObject(refused('from'))
      await expect(react({ from: -1 })).rejects.toMatchObject(refused('from'))
      await expect(react({ maxAttempts: 0 })).rejects.toMatchObject(refused('maxAttempts'))
      await expect(react({ timeoutMs: -1 })).rejects.toMatchObject(refused('timeoutMs'))
      await expect(react({ maxDeadLetters: 501 })).rejects.toMatchObject(refused('maxDeadLetters'))
      await expect(react({ leaseMs: 1 })).rejects.toMatchObject(refused('leaseMs'))
      await pay(daybook, 'O1')
      await (await react({ from: 'start' })).reached(1)
    })
  })
}
