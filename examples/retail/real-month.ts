/** For the tests: the month that the figures of its README are known of. */
import { findData } from './options.ts'

export const realMonth = findData()
if (realMonth === undefined)
  console.warn('NO REAL DATA: the figures of the real shop ARE NOT TESTED. Set DAYBOOK_DATA to its folder.')

export const KNOWN_FIGURES = {
  lines: 42_481,
  invoices: 2_025,
  customers: 948,
  codes: 2_822,
  pieces: 342_228,
  revenue: 74_895_702,
  negativeLines: 798,
  returnLines: 728,
  mostMoved: [
    ['84077', 5_195],
    ['21212', 4_076],
    ['22834', 3_382],
  ],
}
