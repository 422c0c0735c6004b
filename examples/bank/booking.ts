/** A line for the book: what a customer, or a row of a file, asks of the bank. Plain data, so that two runs can compare. */
import type { InputOf } from 'daybook'
import type { deposit, openAccount, transfer } from './account.ts'
import type { Day } from './dates.ts'

export type Booking = Order & {
  /** The command's id: the same booking has the same one in every run, and so is booked once. */
  readonly id: string
  /** The day on which it happened: its effective date. */
  readonly day: Day
  /** Where it stands in a file, for messages: `FILE:LINE`. */
  readonly source?: string
}

export type Order =
  | { readonly kind: 'open'; readonly account: string; readonly input: InputOf<typeof openAccount> }
  | { readonly kind: 'deposit' | 'withdraw'; readonly account: string; readonly input: InputOf<typeof deposit> }
  | { readonly kind: 'transfer'; readonly from: string; readonly to: string; readonly input: InputOf<typeof transfer> }
  | { readonly kind: 'close'; readonly account: string }

/** The accounts that it concerns: bookings of one account keep their order. */
export function accountsOf(order: Order): readonly string[] {
  return order.kind === 'transfer' ? [order.from, order.to] : [order.account]
}
