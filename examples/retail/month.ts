/** An invented month, the same for the same seed: for those who have no data at hand. */
import { createRandom, type Random } from '../shared/random.ts'
import type { Invoice, InvoiceLine } from './invoice.ts'

const INVOICES = 1_200
const COLOURS = ['RED', 'WHITE', 'BLUE', 'VINTAGE', 'SILVER', 'WOODEN'] as const
const THINGS = ['LANTERN', 'TEACUP', 'CUSHION', 'CLOCK', 'DOORMAT', 'PICTURE FRAME', 'CANDLE', 'LUNCH BOX'] as const
const COUNTRIES = ['United Kingdom', 'United Kingdom', 'United Kingdom', 'France', 'Germany', 'Norway'] as const
const DAYS = 22

interface Product {
  readonly code: string
  readonly description: string
  price: number
}

export function* monthOfShop(seed: number): Generator<Invoice> {
  const random = createRandom(seed)
  const products = toProducts(random)
  for (let n = 0; n < INVOICES; n++) {
    const day = `2024-12-${String(1 + Math.floor((n * DAYS) / INVOICES)).padStart(2, '0')}`
    const isReturn = random.chance(0.07)
    const customer = random.chance(0.8) ? { customer: String(random.integer(12_000, 12_300)) } : {}
    const buyer = { day, country: random.pick(COUNTRIES), ...customer }
    const lines = Array.from({ length: random.integer(1, isReturn ? 3 : 30) }, () =>
      toLine(random, products, isReturn ? -1 : 1),
    )
    yield {
      number: `${isReturn ? 'C' : ''}${700_000 + n}`,
      lines: lines.map((line) => ({ ...line, ...buyer })),
    }
  }
}

function toProducts(random: Random): [Product, ...Product[]] {
  const names = COLOURS.flatMap((colour) => THINGS.map((thing) => `${colour} ${thing}`))
  return names.map((description, n) => ({
    code: String(20_000 + 7 * n),
    description,
    price: random.integer(42, 1_995),
  })) as [Product, ...Product[]]
}

function toLine(random: Random, products: [Product, ...Product[]], sign: 1 | -1) {
  const product = random.pick(products)
  if (random.chance(0.01)) product.price = Math.max(1, product.price + random.integer(-50, 50))
  const { code, description, price } = product
  const pieces = random.integer(1, 24)
  // Now and then something is broken, and goes out at no price.
  const isBroken = sign > 0 && random.chance(0.005)
  const line: Pick<InvoiceLine, 'code' | 'description' | 'quantity' | 'price'> = {
    code,
    description: isBroken ? '' : description,
    quantity: isBroken ? -pieces : sign * pieces,
    price: isBroken ? 0 : price,
  }
  return line
}
