/** A command's input is checked as a whole, and whoever filled in the form hears of all its mistakes at once. */
import type { Story } from '../story.ts'
import { Order, place } from './order.ts'

const tea = { product: 'tea', quantity: 2, cents: 450 }

export const orders: Story = async (daybook, say) => {
  const forms = {
    'with a total that is not that of its lines': { customer: 'Ada', lines: [tea], totalCents: 1_000 },
    'with everything wrong': {
      customer: '',
      lines: [
        { ...tea, quantity: 0 },
        { product: '', quantity: 1.5, cents: -3 },
      ],
      totalCents: 12,
    },
    'as it should be': {
      customer: 'Ada',
      lines: [tea, { product: 'cup', quantity: 1, cents: 1_200 }],
      totalCents: 2_100,
    },
  }
  for (const [how, form] of Object.entries(forms)) {
    say(`An order ${how}:`)
    const result = await daybook.execute(place, '4711', form)
    if (result.status === 'invalid')
      for (const { path, message } of result.issues) say(`  ${path.join('.')} ${message}`)
    else say(`  ${result.status}`)
    say(`  The stream is at version ${await daybook.streamVersion('order-4711')}.\n`)
  }
  const again = await daybook.execute(place, '4711', forms['as it should be'])
  if (again.status === 'rejected') say(`The same order once more:\n  rejected: ${again.reason}`)
  const { status, totalCents } = await daybook.stateOf(Order, '4711')
  say(`\nOrder 4711 is ${status}, for ${(totalCents / 100).toFixed(2)}.`)
}
