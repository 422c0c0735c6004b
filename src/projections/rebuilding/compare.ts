/**
 * Compares two sides of a read model while both go on changing. Each row bears the position of the event that last
 * changed it, so what has not changed since both sides had passed a common position can be compared as it is read: one
 * walk over both, side by side, in the order of keys. The rest, and whatever only one side has, is looked at again until
 * it has come to rest (settle.ts). Memory is bounded, however many rows there are.
 */
import type { RowEntry, StoredRow } from '../../store/index.ts'
import { ComparisonLedger, type RowComparison } from './comparison.ts'
import { type Settling, settle } from './settle.ts'
import type { CompareOptions, Side } from './side.ts'

/** Keys that are looked at again together. */
const CHUNK_SIZE = 1_000

export async function compare(options: CompareOptions): Promise<RowComparison> {
  const { live, built, isCompared = () => true, signal } = options
  await options.catchUp()
  const position = Math.min(await live.checkpoint(), await built.checkpoint())
  const ledger = new ComparisonLedger(options.sampleSize, options.onDifference)
  const settling: Settling = { ...options, ledger, isLiveMoving: true }
  let restless: string[] = []
  for await (const { key, live: one, built: other } of sideBySide(live, built, signal)) {
    if (!isCompared(key)) continue
    if (isAtRest(one, position) && isAtRest(other, position)) ledger.decide(key, one, other)
    else restless.push(key)
    if (restless.length >= CHUNK_SIZE) {
      await settle(settling, restless)
      restless = []
    }
    if (ledger.decided % CHUNK_SIZE === 0) options.onProgress?.(ledger.decided)
  }
  await settle(settling, restless)
  options.onProgress?.(ledger.decided)
  return ledger.toComparison(position)
}

/** A row that is not there may have been deleted meanwhile. */
function isAtRest(row: StoredRow | undefined, position: number): boolean {
  return row !== undefined && row.position <= position
}

interface Pair {
  readonly key: string
  readonly live?: StoredRow
  readonly built?: StoredRow
}

/** The rows of both, key by key. */
async function* sideBySide(live: Side, built: Side, signal: AbortSignal | undefined): AsyncGenerator<Pair> {
  const options = signal === undefined ? {} : { signal }
  const left = live.entries(options)[Symbol.asyncIterator]()
  const right = built.entries(options)[Symbol.asyncIterator]()
  try {
    let [one, other] = [await next(left), await next(right)]
    while (one !== undefined || other !== undefined) {
      const order = compareKeys(one?.[0], other?.[0])
      const [fromLeft, fromRight] = [order <= 0 ? one : undefined, order >= 0 ? other : undefined]
      yield toPair(fromLeft, fromRight)
      if (fromLeft !== undefined) one = await next(left)
      if (fromRight !== undefined) other = await next(right)
    }
  } finally {
    await left.return?.()
    await right.return?.()
  }
}

async function next(entries: AsyncIterator<RowEntry>): Promise<RowEntry | undefined> {
  const { value, done } = await entries.next()
  return done ? undefined : value
}

/** In the order of their bytes in UTF-8; what has ended comes after everything. */
function compareKeys(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  if (one === undefined) return 1
  return other === undefined ? -1 : Buffer.compare(Buffer.from(one), Buffer.from(other))
}

function toPair(one: RowEntry | undefined, other: RowEntry | undefined): Pair {
  return {
    key: one?.[0] ?? other?.[0] ?? '',
    ...(one && { live: { row: one[1], position: one[2] } }),
    ...(other && { built: { row: other[1], position: other[2] } }),
  }
}
