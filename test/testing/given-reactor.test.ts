/** given, when, then for reactors: what is different is said in words. */
import { AssertionError } from 'node:assert'
import { effect, reactor } from 'daybook'
import { given, recorded, stored } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkout, OrderPaid, OrderPlaced, SendMail, TakePayment, welcome } from '../reactors/orders.ts'

const placed = recorded(OrderPlaced({ order: 'O1', total: 5 }), { stream: 'customer-ada' })

/** The message of the AssertionError that the work fails with. */
function unmet(work: () => void): string {
  try {
    work()
  } catch (error) {
    if (error instanceof AssertionError) return error.message
    throw error
  }
  throw new Error('It passes.')
}

describe('a reactor', () => {
  test('causes the effects expected, of one event or several, in order', () => {
    const [mail, payment] = [SendMail({ to: 'ada', subject: 'Order O1' }), TakePayment({ order: 'O1', amount: 5 })]
    given(checkout).when(placed).then(mail, payment)
    given(checkout)
      .when(placed, OrderPaid({ order: 'O1' }))
      .then(mail, payment, SendMail({ to: '1', subject: 'Paid O1' }))
    given(checkout)
      .when(OrderPlaced({ order: 'O1', total: 0 }))
      .thenNothing()
    given(welcome)
      .when(stored('CustomerRegistered', 1, { email: 'ada' }))
      .then(SendMail({ to: 'ada', subject: 'Welcome, customer' }))
  })

  test('says in words what is different, missing, or too much', () => {
    const caused = given(checkout).when(placed)
    expect(unmet(() => caused.then(SendMail({ to: 'eve', subject: 'Order O1' })))).toBe(
      [
        'checkout does not react as expected:',
        "  effect 1 (SendMail) data.to is 'ada', expected 'eve'",
        "  effect 2 is TakePayment { order: 'O1', amount: 5 }, and was not expected",
      ].join('\n'),
    )
    expect(unmet(() => caused.then(TakePayment({ order: 'O1', amount: 5 })))).toContain(
      "effect 1 is SendMail { to: 'ada', subject: 'Order O1' }, expected TakePayment { order: 'O1', amount: 5 }",
    )
    const nothing = given(checkout).when(OrderPlaced({ order: 'O1', total: 0 }))
    expect(unmet(() => nothing.then(SendMail({ to: 'ada', subject: 'x' })))).toContain(
      "effect 1 is missing, expected SendMail { to: 'ada', subject: 'x' }",
    )
    expect(unmet(() => caused.thenNothing())).toBe(
      [
        'checkout was expected to cause nothing; it causes',
        "  SendMail { to: 'ada', subject: 'Order O1' }",
        "  TakePayment { order: 'O1', amount: 5 }",
      ].join('\n'),
    )
  })

  test('is refused when it causes something else the second time, or changes what it sees', () => {
    let calls = 0
    const Count = effect('Count', z.object({ calls: z.int() }))
    const counting = reactor('counting', { events: [OrderPaid], effects: [Count] }).on({
      OrderPaid: () => Count({ calls: ++calls }),
    })
    expect(() => given(counting).when(OrderPaid({ order: 'O1' }))).toThrow(/effects\[0\]\.data\.calls is 2, expected 1/)
    const changing = reactor('changing', { events: [OrderPaid], effects: [Count] }).on({
      OrderPaid(data) {
        ;(data as { order: string }).order = 'O2'
        return undefined
      },
    })
    expect(() => given(changing).when(OrderPaid({ order: 'O1' }))).toThrow(TypeError)
  })
})
