/**
 * Books invoices, each whole or not at all: one append writes the invoice's own stream and those of all its products.
 * It bears the invoice's number as its command id, so that an invoice which is booked again writes nothing.
 */
import { createHash } from 'node:crypto'
import type { Appended, Daybook, NewEvent } from 'daybook'
import {
  GoodsReturned,
  GoodsSold,
  GoodsWrittenOff,
  InvoiceIssued,
  invoiceStream,
  PriceChanged,
  ProductDescribed,
  productStream,
} from './goods.ts'
import type { Invoice, InvoiceLine } from './invoice.ts'

/** So many go out together, and share commits; in the order of the file all the same. */
const INVOICES_AT_ONCE = 64

export interface Booked {
  readonly invoices: number
  /** Were booked by an earlier run. */
  readonly repeated: number
}

export interface BookOptions {
  readonly signal?: AbortSignal
  readonly onBooked?: (invoices: number) => void
}

export async function bookAll(
  shop: Daybook,
  invoices: AsyncIterable<Invoice> | Iterable<Invoice>,
  { signal, onBooked = () => {} }: BookOptions = {},
): Promise<Booked> {
  const known: Known = new Map()
  let booked = 0
  let repeated = 0
  const settle = async (appends: readonly Promise<Appended>[]) => {
    for (const { earlierCommand } of await Promise.all(appends)) {
      if (earlierCommand === undefined) booked++
      else repeated++
    }
    onBooked(appends.length)
  }
  let underWay: Promise<Appended>[] = []
  try {
    for await (const invoice of invoices) {
      signal?.throwIfAborted()
      underWay.push(book(shop, invoice, known))
      if (underWay.length < INVOICES_AT_ONCE) continue
      await settle(underWay)
      underWay = []
    }
    await settle(underWay)
  } finally {
    // What is under way when something fails comes to its end, one way or the other.
    await Promise.allSettled(underWay)
  }
  return { invoices: booked, repeated }
}

/** Price and description of each product, as the file has told so far: the same in every run. */
type Known = Map<string, { readonly price: number; readonly description: string }>

function book(shop: Daybook, invoice: Invoice, known: Known): Promise<Appended> {
  const streams = new Map<string, NewEvent[]>([[invoiceStream(invoice.number), [toIssued(invoice)]]])
  for (const line of invoice.lines) {
    const stream = productStream(line.code)
    const events = streams.get(stream) ?? []
    streams.set(stream, [...events, ...toChanges(line, known), toMovement(invoice.number, line)])
  }
  const digest = createHash('sha256').update(JSON.stringify(invoice)).digest('hex')
  return shop.append({
    streams: [...streams].map(([stream, events]) => ({ stream, events })),
    command: { id: `invoice:${invoice.number}`, digest, result: null },
  })
}

function toIssued({ lines: [first] }: Invoice): NewEvent {
  if (first === undefined) throw new Error('An invoice has at least one line.')
  const { day, country } = first
  return InvoiceIssued({ day, country, ...toCustomer(first) })
}

/** What the line tells that was not known of its product. */
function toChanges({ code, price, description }: InvoiceLine, known: Known): NewEvent[] {
  const before = known.get(code) ?? { price: 0, description: '' }
  const isDescribed = description !== '' && description !== before.description
  // Nothing is for sale at no price: such a line corrects something.
  const isPriced = price > 0 && price !== before.price
  known.set(code, {
    description: isDescribed ? description : before.description,
    price: isPriced ? price : before.price,
  })
  return [...(isDescribed ? [ProductDescribed({ description })] : []), ...(isPriced ? [PriceChanged({ price })] : [])]
}

function toMovement(invoice: string, line: InvoiceLine): NewEvent {
  const { quantity, price, day, country } = line
  const moved = { invoice, pieces: Math.abs(quantity), price, day, country, ...toCustomer(line) }
  if (quantity >= 0) return GoodsSold(moved)
  return invoice.startsWith('C') ? GoodsReturned(moved) : GoodsWrittenOff(moved)
}

function toCustomer({ customer }: InvoiceLine): { customer?: string } {
  return customer === undefined ? {} : { customer }
}
