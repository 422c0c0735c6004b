/** What the tests of reactors are about: orders, a mail and a payment for each, and some that misbehave. */
import { effect, event, reactor } from 'daybook'
import { z } from 'zod'

export const OrderPlaced = event('OrderPlaced', z.object({ order: z.string(), total: z.int() }))
export const OrderPaid = event('OrderPaid', z.object({ order: z.string() }))
export const CustomerRegistered = event('CustomerRegistered', z.object({ email: z.string() })).next(
  z.object({ email: z.string(), name: z.string() }),
  ({ email }) => ({ email, name: 'customer' }),
)

export const SendMail = effect('SendMail', z.object({ to: z.string().min(1), subject: z.string() }))
export const TakePayment = effect('TakePayment', z.object({ order: z.string(), amount: z.int() }))

export const welcome = reactor('welcome', { events: [CustomerRegistered], effects: [SendMail] }).on({
  CustomerRegistered: ({ email, name }) => SendMail({ to: email, subject: `Welcome, ${name}` }),
})

/** A mail and a payment for each order, a mail when it is paid; nothing for orders that cost nothing. */
export const checkout = reactor('checkout', { events: [OrderPlaced, OrderPaid], effects: [SendMail, TakePayment] }).on({
  OrderPlaced({ order, total }, { stream }) {
    if (total === 0) return undefined
    return [SendMail({ to: stream.id, subject: `Order ${order}` }), TakePayment({ order, amount: total })]
  },
  OrderPaid: ({ order }, { stream }) => SendMail({ to: stream.id, subject: `Paid ${order}` }),
})

export const thanks = reactor('thanks', { events: [OrderPaid], effects: [SendMail] }).on({
  OrderPaid: ({ order }) => SendMail({ to: order, subject: 'thanks' }),
})
