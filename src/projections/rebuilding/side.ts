import type { EntriesOptions, RowEntry, StoredRow } from '../../store/index.ts'
import type { Difference } from './comparison.ts'

/** What is compared: a generation, or rows folded anew. */
export interface Side {
  checkpoint(): Promise<number>
  load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>>
  entries(options?: EntriesOptions): AsyncIterable<RowEntry>
}

export interface CompareOptions {
  readonly live: Side
  readonly built: Side
  /** Brings `built` up to what the log has now. */
  catchUp(): Promise<void>
  /** Only these keys; all when absent. */
  readonly isCompared?: (key: string) => boolean
  /** How many rows that differ are shown. */
  readonly sampleSize: number
  /** Told of each row that differs. */
  readonly onDifference?: (difference: Difference) => void
  /** Told now and then how many rows are decided. */
  readonly onProgress?: (rows: number) => void
  readonly signal?: AbortSignal | undefined
}
