/** What the shop has. */
export const PRODUCTS = {
  lamp: { name: 'Reading lamp', description: 'A warm light for late pages', category: 'light', cents: 4_900 },
  chair: { name: 'Oak chair', description: 'Four legs, no screws', category: 'furniture', cents: 12_900 },
  shelf: { name: 'Wall shelf', description: 'Holds forty novels', category: 'furniture', cents: 7_500 },
  candle: { name: 'Beeswax candle', description: 'Burns for thirty hours', category: 'light', cents: 1_200 },
}

export function toPrice(cents: number): string {
  return (cents / 100).toFixed(2)
}
