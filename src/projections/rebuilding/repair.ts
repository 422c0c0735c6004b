/**
 * Puts right what has drifted, while events go on being applied. A row is written without moving the checkpoint, and only
 * where that stands between the row's own event and the end of the fold. A batch that was under way meanwhile may have
 * begun from what had drifted and write over it: so it is looked at again, until it has come to rest.
 */
import type { Generation, RowChange } from '../../store/index.ts'
import { ComparisonLedger } from './comparison.ts'
import type { SampledFold } from './sampled-fold.ts'
import { settle } from './settle.ts'
import type { CompareOptions } from './side.ts'

export interface Repair {
  readonly live: Generation
  readonly fold: SampledFold
  readonly comparing: CompareOptions
  readonly keys: readonly string[]
}

const MAX_ROUNDS = 10
/** Under load the checkpoint moves on between two statements, but not every time. */
const MAX_ATTEMPTS = 200
/** Rows that are saved at once. */
const CHUNK_SIZE = 1_000

/** How many of the rows are right now. */
export async function repair({ live, fold, comparing, keys }: Repair): Promise<number> {
  let drifted = [...keys]
  for (let round = 0; drifted.length > 0 && round < MAX_ROUNDS; round++) {
    for (let from = 0; from < drifted.length; from += CHUNK_SIZE) {
      comparing.signal?.throwIfAborted()
      await write(live, fold, comparing, drifted.slice(from, from + CHUNK_SIZE))
    }
    drifted = await findDrifted(comparing, drifted)
  }
  return keys.length - drifted.length
}

async function write(live: Generation, fold: SampledFold, { signal }: CompareOptions, keys: readonly string[]) {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    await fold.catchUp(signal)
    const found = await live.load(keys)
    const right = await fold.load(keys)
    const checkpoint = await live.checkpoint()
    // From here to the write the checkpoint must stand still, so nothing else is done in between.
    if ((await fold.checkpoint()) < checkpoint) continue
    const changes = new Map<string, RowChange>()
    // What it should be of one that is left out by now is not known.
    for (const key of keys.filter((each) => fold.isSampled(each))) {
      const { row, position } = right.get(key) ?? { row: undefined, position: found.get(key)?.position ?? checkpoint }
      if (position <= checkpoint) changes.set(key, { row, position })
    }
    if (await live.save(changes, { from: checkpoint, to: checkpoint })) return
  }
}

async function findDrifted(comparing: CompareOptions, keys: readonly string[]): Promise<string[]> {
  const drifted: string[] = []
  const ledger = new ComparisonLedger(0, ({ key }) => drifted.push(key))
  await settle({ ...comparing, ledger, isLiveMoving: true }, keys)
  return drifted
}
