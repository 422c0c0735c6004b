/** An order's total must be that of its lines. Its form is checked as a whole before any rule sees it. */
import { aggregate, event, reject } from 'daybook'
import { z } from 'zod'

const whole = z.number().multipleOf(1, 'is not a whole number')

const Line = z.object({
  product: z.string().min(1, 'says no product'),
  quantity: whole.positive('is not positive'),
  cents: whole.nonnegative('is negative'),
})

/** What a total can be told from; it is checked then, whatever else is wrong. */
const Totals = z.object({
  lines: z.array(z.object({ quantity: z.number(), cents: z.number() })),
  totalCents: z.number(),
})

function toTotal({ lines }: z.infer<typeof Totals>): number {
  return lines.reduce((total, { quantity, cents }) => total + quantity * cents, 0)
}

const OrderForm = z
  .object({
    customer: z.string().min(1, 'says no customer'),
    lines: z.array(Line).min(1, 'is empty'),
    totalCents: whole,
  })
  .refine((form) => form.totalCents === toTotal(form), {
    path: ['totalCents'],
    when: ({ value }) => Totals.safeParse(value).success,
    error: ({ input }) => `is not what the lines come to, ${toTotal(Totals.parse(input))}`,
  })

export const OrderPlaced = event('OrderPlaced', OrderForm)
export const OrderCancelled = event('OrderCancelled', z.object({ why: z.string() }))

interface OrderState {
  readonly status: 'none' | 'placed' | 'cancelled'
  readonly totalCents: number
}

export const Order = aggregate('order', {
  events: [OrderPlaced, OrderCancelled],
  initial: { status: 'none', totalCents: 0 } as OrderState,
}).evolve({
  OrderPlaced: (_, { totalCents }) => ({ status: 'placed', totalCents }),
  OrderCancelled: (order) => ({ ...order, status: 'cancelled' }),
})

export const place = Order.command('PlaceOrder', OrderForm, (order, input) =>
  order.status === 'none' ? OrderPlaced(input) : reject('AlreadyPlaced', { totalCents: order.totalCents }),
)

export const cancel = Order.command('CancelOrder', z.object({ why: z.string().min(1) }), (order, input) =>
  order.status === 'placed' ? OrderCancelled(input) : reject('NotPlaced', { status: order.status }),
)
