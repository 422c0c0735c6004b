/** A read model with a new row for each event, and the same rows as one makes them by hand. */
import { z } from 'zod'
import { readModel as define, event } from '#daybook'
import { type BenchEvent, history } from './events.ts'

type Data = BenchEvent['data']

/** Says yes: what a schema costs is measured where events are made. */
const anyData = z.custom<Data>()

const TYPES = ['FundsDeposited', 'FundsWithdrawn', 'FeeCharged', 'TransferReceived'] as const

const keep = (_: Data, data: Data): Data => data

export const bookings = define('bench-bookings', {
  events: TYPES.map((type) => event(type, anyData)),
  key: ({ metadata }) => String(metadata.correlationId),
  initial: { amount: 0 } as Data,
  version: 1,
}).evolve({ FundsDeposited: keep, FundsWithdrawn: keep, FeeCharged: keep, TransferReceived: keep } as never)

export interface BenchDocument {
  readonly key: string
  readonly position: number
  readonly row: Data
}

export function* documents(count: number): Generator<BenchDocument> {
  let position = 0
  for (const { data, metadata } of history(count)) {
    yield { key: metadata.correlationId, position: ++position, row: data }
  }
}

/** Pages of them. */
export function* pages(count: number, size: number): Generator<readonly BenchDocument[]> {
  let page: BenchDocument[] = []
  for (const document of documents(count)) {
    page.push(document)
    if (page.length < size) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
