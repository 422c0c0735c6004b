import { type AnyReactor, effect, event, isDaybookError, type RecordedEvent, reactor, retired } from 'daybook'
import { recorded, stored } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CustomerRegistered, checkout, OrderPaid, OrderPlaced, SendMail, TakePayment, welcome } from './orders.ts'

function effectsOf(definition: AnyReactor, event: RecordedEvent) {
  return definition.react(event).map(({ effect }) => effect)
}

const at = { stream: 'customer-ada' }

/** The code and the message of what the work throws. */
function failure(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (isDaybookError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('an effect', () => {
  test('is a plain value that says what and with which data', () => {
    expect(SendMail({ to: 'ada', subject: 'Hello' })).toEqual({
      effect: 'SendMail',
      data: { to: 'ada', subject: 'Hello' },
    })
    expect(SendMail.effect).toBe('SendMail')
  })

  test('is validated by its schema, and holds JSON alone', () => {
    expect(failure(() => SendMail({ to: '', subject: 'Hello' }))).toMatch(/^invalid-effect: .*data\.to/)
    const Any = effect('Any', z.any())
    expect(failure(() => Any({ deep: [Number.NaN] }))).toMatch(/^invalid-effect: .*data\.deep\[0\]/)
    expect(Any({ kept: 1, left: undefined }).data).toEqual({ kept: 1 })
    const Slow = effect(
      'Slow',
      z.string().refine(async () => true),
    )
    expect(failure(() => Slow('now'))).toMatch(/^broken-definition: .*asynchronously/)
  })

  test('has a name', () => {
    expect(failure(() => effect('', z.string()))).toMatch(/^invalid-argument: .*empty/)
  })
})

describe('a reactor', () => {
  test('gives one effect, several in order, or none', () => {
    expect(effectsOf(checkout, recorded(OrderPaid({ order: 'O1' }), at))).toEqual([
      SendMail({ to: 'ada', subject: 'Paid O1' }),
    ])
    expect(effectsOf(checkout, recorded(OrderPlaced({ order: 'O1', total: 5 }), at))).toEqual([
      SendMail({ to: 'ada', subject: 'Order O1' }),
      TakePayment({ order: 'O1', amount: 5 }),
    ])
    expect(effectsOf(checkout, recorded(OrderPlaced({ order: 'O1', total: 0 }), at))).toEqual([])
  })

  test('sees events in the shape of today', () => {
    const old = stored('CustomerRegistered', 1, { email: 'ada@example.com' })
    expect(effectsOf(welcome, old)).toEqual([SendMail({ to: 'ada@example.com', subject: 'Welcome, customer' })])
  })

  test('gives the effects of all parts of an event that is split, in their order', () => {
    const SignedUp = retired('SignedUp', z.object({ emails: z.array(z.string()) })).splitInto('EmailGiven')
    const EmailGiven = event('EmailGiven', z.object({ email: z.string() })).splitFrom(SignedUp, ({ emails }) =>
      emails.map((email) => ({ email })),
    )
    const greet = reactor('greet', { events: [EmailGiven], effects: [SendMail] }).on({
      EmailGiven: ({ email }, { part }) => SendMail({ to: email, subject: `Part ${part}` }),
    })
    expect(effectsOf(greet, stored('SignedUp', 1, { emails: ['a', 'b'] }))).toEqual([
      SendMail({ to: 'a', subject: 'Part 1' }),
      SendMail({ to: 'b', subject: 'Part 2' }),
    ])
  })

  test('refuses a reaction that answers later, or causes what it has not declared', () => {
    const options = { events: [CustomerRegistered], effects: [SendMail] } as const
    const reacting = (reaction: () => unknown) => {
      const broken = reactor('broken', options).on({ CustomerRegistered: reaction as () => undefined })
      return failure(() => effectsOf(broken, recorded(CustomerRegistered({ email: 'ada', name: 'Ada' }))))
    }
    expect(reacting(async () => undefined)).toMatch(/^broken-definition: .*reacts to CustomerRegistered asynchronously/)
    expect(reacting(() => TakePayment({ order: 'O1', amount: 1 }))).toMatch(/^broken-definition: .*TakePayment/)
    expect(reacting(() => [OrderPaid({ order: 'O1' })])).toMatch(/^broken-definition: .*no effect/)
    expect(failure(() => reactor('broken', options).on({} as never))).toMatch(/^broken-definition: .*no reaction/)
  })

  test('has a name without a slash, and each effect once', () => {
    const define = (name: string, effects = [SendMail]) =>
      failure(() => reactor(name, { events: [OrderPaid], effects }))
    expect(define('a/b')).toMatch(/^invalid-argument: .*slash/)
    expect(define('x'.repeat(101))).toMatch(/^invalid-argument: .*longer/)
    expect(define('twice', [SendMail, SendMail])).toMatch(/^invalid-argument: .*two definitions of SendMail/)
    expect(define('once')).toBe('none')
  })
})
