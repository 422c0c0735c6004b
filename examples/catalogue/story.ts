/** A question answered in advance: what is on offer, kept up to date from the log. */
import type { Story } from '../story.ts'
import { catalogue, changePrice, delist, list } from './product.ts'
import { PRODUCTS, toPrice } from './products.ts'

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
