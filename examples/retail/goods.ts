/**
 * The facts of a shop. Each product has a stream, with what was sold, came back or was found missing of it, and how its
 * price and description changed; each invoice has one that says whom it went to. Money is an integer number of pence.
 */
import { event } from 'daybook'
import { z } from 'zod'

/** One line of an invoice. */
const line = {
  invoice: z.string(),
  pieces: z.int().nonnegative(),
  /** Of a piece, in pence. */
  price: z.int(),
  /** `YYYY-MM-DD`. */
  day: z.string(),
  country: z.string(),
  /** Absent where nobody asked for a name. */
  customer: z.string().optional(),
}

export const InvoiceIssued = event(
  'InvoiceIssued',
  z.object({ day: z.string(), country: z.string(), customer: z.string().optional() }),
)
export const GoodsSold = event('GoodsSold', z.object(line))
export const GoodsReturned = event('GoodsReturned', z.object(line))
/** Pieces that are there no more, and were not sold: broken, lost, thrown away. */
export const GoodsWrittenOff = event('GoodsWrittenOff', z.object(line))
export const PriceChanged = event('PriceChanged', z.object({ price: z.int().positive() }))
export const ProductDescribed = event('ProductDescribed', z.object({ description: z.string().min(1) }))

export function productStream(code: string): string {
  return `product-${code}`
}

export function invoiceStream(invoice: string): string {
  return `invoice-${invoice}`
}
