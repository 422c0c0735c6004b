/** Read models over the benchmark's history, and how their rows are found again by other code. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { readModel as define, event } from '#daybook'
import type { BenchEvent } from './events.ts'

type Data = BenchEvent['data']

/** Says yes: what a schema costs is measured where events are made. */
const anyData: StandardSchemaV1<Data> = {
  '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value: value as Data }) },
}

const TYPES = ['FundsDeposited', 'FundsWithdrawn', 'FeeCharged', 'TransferReceived'] as const
const events = TYPES.map((type) => event(type, anyData))

export interface SumRow {
  readonly sum: number
  readonly count: number
}

/** The number that an event of the history was made from. */
function numberOf(metadata: { readonly correlationId?: unknown }): number {
  return Number(String(metadata.correlationId).slice('request-'.length))
}

/** Which of so many keys an event of the history belongs to. */
export function keyOf(metadata: { readonly correlationId?: unknown }, keys: number): string {
  return `key-${numberOf(metadata) % keys}`
}

/** Sums by so many keys; of a name of its own for each measurement. */
export function sums(name: string, keys: number) {
  const add = (row: SumRow, { amount }: Data): SumRow => ({ sum: row.sum + amount, count: row.count + 1 })
  return define(name, {
    events,
    key: ({ metadata }) => keyOf(metadata, keys),
    initial: { sum: 0, count: 0 } as SumRow,
    version: 1,
  }).evolve({ FundsDeposited: add, FundsWithdrawn: add, FeeCharged: add, TransferReceived: add } as never)
}
