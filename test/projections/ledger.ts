/** A small domain for projections, and the same folds by other code. */
import { event, type RecordedEvent, readModel, sqlProjection } from 'daybook'
import { z } from 'zod'

export const Paid = event('Paid', z.object({ amount: z.int(), to: z.string().optional() }))
export const Noted = event('Noted', z.object({ text: z.string() }))

/** Events that cannot be applied, for as long as their amount is here. */
export const poison = new Set<number>()

function assertGood(amount: number): void {
  if (poison.has(amount)) throw new Error(`${amount} cannot be applied`)
}

export const sums = readModel('sums', {
  events: [Paid],
  // The payer, and who is paid where somebody is.
  key: ({ stream, data }) => (data.to === undefined ? stream.id : [stream.id, data.to]),
  initial: { sum: 0, amounts: [] as number[] },
}).evolve({
  Paid: (row, { amount }) => {
    assertGood(amount)
    return { sum: row.sum + amount, amounts: [...row.amounts.slice(-9), amount] }
  },
})

/** What `sums` makes of the events, without what `isApplied` leaves out. */
export function expectedSums(
  events: readonly RecordedEvent[],
  isApplied: (key: string, amount: number) => boolean = () => true,
): Record<string, { sum: number; amounts: number[] }> {
  const rows: Record<string, { sum: number; amounts: number[] }> = {}
  for (const { type, stream, data } of events) {
    if (type !== 'Paid') continue
    const { amount, to } = data as { amount: number; to?: string }
    for (const key of new Set(to === undefined ? [stream.id] : [stream.id, to])) {
      if (!isApplied(key, amount)) continue
      const { sum, amounts } = rows[key] ?? { sum: 0, amounts: [] }
      rows[key] = { sum: sum + amount, amounts: [...amounts, amount].slice(-10) }
    }
  }
  return rows
}

export const PAYMENTS_TABLE = `
create table payments (position bigint primary key, account text not null, amount integer not null check (amount < 1000))`

export const payments = sqlProjection('payments', {
  events: [Paid],
  apply: (client, { position, stream, data }) =>
    client.query('insert into payments (position, account, amount) values ($1, $2, $3)', [
      position,
      stream.id,
      data.amount,
    ]),
})

export async function rowsOf<Row>(projection: { entries(): AsyncIterable<readonly [string, Row]> }) {
  const rows: Record<string, Row> = {}
  for await (const [key, row] of projection.entries()) rows[key] = row
  return rows
}
