/** What lies on a shelf, and what of it is promised to whom. */
import { aggregate, event, reject } from 'daybook'
import { z } from 'zod'

const quantity = z.int().positive()

export const Restocked = event('Restocked', z.object({ quantity }))
export const Reserved = event('Reserved', z.object({ order: z.string(), quantity }))
export const ReservationReleased = event('ReservationReleased', z.object({ order: z.string() }))

interface ItemState {
  readonly onHand: number
  readonly reserved: Readonly<Record<string, number>>
}

export const Item = aggregate('item', {
  events: [Restocked, Reserved, ReservationReleased],
  initial: { onHand: 0, reserved: {} } as ItemState,
}).evolve({
  Restocked: (item, { quantity }) => ({ ...item, onHand: item.onHand + quantity }),
  Reserved: (item, { order, quantity }) => ({ ...item, reserved: { ...item.reserved, [order]: quantity } }),
  ReservationReleased: (item, { order }) => {
    const { [order]: _, ...reserved } = item.reserved
    return { ...item, reserved }
  },
})

export function availableOf({ onHand, reserved }: ItemState): number {
  return Object.values(reserved).reduce((left, quantity) => left - quantity, onHand)
}

export const restock = Item.command('Restock', z.object({ quantity }), (_, input) => Restocked(input))

export const reserve = Item.command('Reserve', z.object({ order: z.string(), quantity }), (item, input) => {
  if (input.order in item.reserved) return reject('ReservedAlready')
  if (input.quantity > availableOf(item)) return reject('OutOfStock', { available: availableOf(item) })
  return Reserved(input)
})

export const release = Item.command('Release', z.object({ order: z.string() }), (item, input) =>
  input.order in item.reserved ? ReservationReleased(input) : undefined,
)
