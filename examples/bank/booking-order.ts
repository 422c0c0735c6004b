/**
 * The bank's file lists what an account did on one day, but not in which order. The stated balances tell: they are
 * links of a chain. Of the rows left, the next one is that whose stated balance is nearest to the balance before plus
 * or minus its amount. (Nearest, not equal: this bank rounds interest.)
 */
export interface DayRow {
  /** Minor units: positive for a credit, negative for a debit. */
  readonly change: number
  /** Minor units: the bank's own figure after the row. */
  readonly statedBalance: number
}

/** One account's rows of one day in the order in which they were booked. `balance` is the one before the day. */
export function toBookingOrder<Row extends DayRow>(rows: readonly Row[], balance: number): Row[] {
  const left = [...rows]
  const ordered: Row[] = []
  let current = balance
  while (left.length > 0) {
    const [next] = left.splice(findNearest(left, current), 1) as [Row]
    ordered.push(next)
    current += next.change
  }
  return ordered
}

function findNearest(rows: readonly DayRow[], balance: number): number {
  const distances = rows.map((row) => Math.abs(balance + row.change - row.statedBalance))
  return distances.indexOf(Math.min(...distances))
}
