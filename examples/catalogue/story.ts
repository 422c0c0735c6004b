/** A question answered in advance: what is on offer, kept up to date from the log. */
import type { Story } from '../story.ts'
import { catalogue, changePrice, delist, list } from './product.ts'

const PRODUCTS = {
  lamp: { name: 'Reading lamp', description: 'A warm light for late pages', category: 'light', cents: 4_900 },
  chair: { name: 'Oak chair', description: 'Four legs, no screws', category: 'furniture', cents: 12_900 },
  shelf: { name: 'Wall shelf', description: 'Holds forty novels', category: 'furniture', cents: 7_500 },
  candle: { name: 'Beeswax candle', description: 'Burns for thirty hours', category: 'light', cents: 1_200 },
}

export const catalogues: Story = async (daybook, say) => {
  const projection = await daybook.project(catalogue)
  const show = async () => {
    await projection.reached(await daybook.head())
    say(`  checkpoint ${projection.checkpoint}`)
    for await (const [id, { name, category, cents, insteadOfCents }] of projection.entries()) {
      const before = insteadOfCents === null ? '' : `  (was ${toPrice(insteadOfCents)})`
      say(`  ${id.padEnd(7)} ${name.padEnd(15)} ${category.padEnd(10)} ${toPrice(cents).padStart(7)}${before}`)
    }
  }

  for (const [id, product] of Object.entries(PRODUCTS)) await daybook.execute(list, id, product)
  say('Four products are listed:')
  await show()

  await daybook.execute(changePrice, 'lamp', { cents: 3_900 })
  await daybook.execute(changePrice, 'chair', { cents: 13_900 })
  await daybook.execute(delist, 'candle', {})
  say('\nThe lamp becomes cheaper, the chair dearer, and the candle is sold out:')
  await show()

  await daybook.execute(changePrice, 'lamp', { cents: 3_900 })
  say(`\nA price that is the same is no change: the log still ends at position ${await daybook.head()}.`)
}

function toPrice(cents: number): string {
  return (cents / 100).toFixed(2)
}
