/**
 * Takes over the rows of the live generation that no event after a position has touched. A row that bears an earlier
 * position is the same at every later one up to its next event, so that the live generation may go on meanwhile.
 */
import type { Generation, RowChange } from '../../store/index.ts'

export interface TakeOver {
  readonly live: Generation
  readonly generation: Generation
  /** Rows that were changed after this position are left. */
  readonly from: number
  readonly signal: AbortSignal
  readonly onProgress: (rows: number) => void
}

/** Rows that are saved at once. */
const CHUNK_SIZE = 1_000

export async function takeOver({ live, generation, from, signal, onProgress }: TakeOver): Promise<void> {
  let changes = new Map<string, RowChange>()
  let seen = 0
  const save = async () => {
    // The checkpoint stays at the beginning: the shares have yet to fold.
    await generation.save(changes, { from: 0, to: 0 })
    changes = new Map()
    onProgress(seen)
  }
  for await (const [key, row, position] of live.entries({ signal })) {
    seen++
    if (position <= from) changes.set(key, { row, position })
    if (changes.size >= CHUNK_SIZE) await save()
  }
  await save()
}
