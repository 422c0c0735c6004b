/**
 * What is to be booked, and in which log of the store. Files go into the log `main`; each invented year into one of its
 * own, named after what it is made from. So neither an invented bank and a real one, nor two invented ones, can mix,
 * and one store holds them all.
 */

import { countLines } from '../shared/csv.ts'
import type { Booking } from './booking.ts'
import { bookingsOf } from './import.ts'
import type { Options } from './options.ts'
import { yearOfBank } from './year.ts'

export interface DataSet {
  readonly title: string
  /** The log that it is booked in. */
  readonly log: string
  /** How many bookings there are, openings aside; of files, roughly. */
  readonly total: number
  readonly bookings: AsyncIterable<Booking> | Iterable<Booking>
}

/** @throws FileProblem for a file that is not there */
export async function toDataSet({ transactions, accounts, seed, customers }: Options): Promise<DataSet> {
  if (transactions === undefined) return toYear(seed, customers)
  return {
    title: accounts === undefined ? `The bank of ${transactions}` : `The bank of ${transactions} and ${accounts}`,
    log: 'main',
    // The first line is the header.
    total: (await countLines(transactions)) - 1,
    bookings: bookingsOf({ transactions, accounts }),
  }
}

function toYear(seed: number, customers: number): DataSet {
  const options = { seed, customers }
  let total = 0
  for (const { kind } of yearOfBank(options)) total += kind === 'open' ? 0 : 1
  return {
    title: `A year of an invented bank with ${customers} customers, from seed ${seed}`,
    log: `year-${seed}-${customers}`,
    total,
    bookings: yearOfBank(options),
  }
}
