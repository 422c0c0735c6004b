/** Contention: many want the last of a thing at once, and none is promised twice. */
import type { Daybook } from 'daybook'
import type { Story } from '../story.ts'
import { availableOf, Item, reserve, restock } from './item.ts'

const CUSTOMERS = Array.from({ length: 40 }, (_, place) => `order-${place + 1}`)

export const inventory: Story = async (daybook, say) => {
  await daybook.execute(restock, 'lamp', { quantity: 25 })
  say('25 lamps are on the shelf. 40 customers want one each, all at once.')
  const first = await reserveAll(daybook, CUSTOMERS)
  say(`  ${count(first, 'accepted')} are promised a lamp, ${count(first, 'rejected')} are told: out of stock.`)

  const waiting = CUSTOMERS.filter((_, place) => first[place]?.status === 'rejected')
  say(`\n10 more lamps arrive while the ${waiting.length} try again.`)
  const [, second] = await Promise.all([
    daybook.execute(restock, 'lamp', { quantity: 10 }),
    reserveAll(daybook, waiting),
  ])
  const late = waiting.filter((_, place) => second[place]?.status === 'rejected')
  say(`  ${count(second, 'accepted')} of them are promised one.`)

  say('\nA message is delivered twice: the same command id, and so the same result.')
  const commandId = 'message-77'
  const order = late[0] ?? 'order-41'
  await daybook.execute(restock, 'lamp', { quantity: 1 })
  for (const delivery of ['first', 'second']) {
    const result = await daybook.execute(reserve, 'lamp', { order, quantity: 1 }, { commandId })
    if (result.status === 'accepted')
      say(`  ${delivery}: accepted, version ${result.version}, repeated: ${result.repeated}`)
  }

  const item = await daybook.stateOf(Item, 'lamp')
  const promised = Object.keys(item.reserved).length
  say(`\n${item.onHand} lamps, ${promised} promised, ${availableOf(item)} left. None was promised twice.`)
}

function reserveAll(daybook: Daybook, orders: readonly string[]) {
  return Promise.all(orders.map((order) => daybook.execute(reserve, 'lamp', { order, quantity: 1 })))
}

function count(results: readonly { readonly status: string }[], status: string): number {
  return results.filter((result) => result.status === status).length
}
