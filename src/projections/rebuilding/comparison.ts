/** What comes of comparing two generations of a read model. */
import { toCanonicalJson } from '../../events/index.ts'
import type { StoredRow } from '../../store/index.ts'
import { Checksums, type PartitionChecksum } from './checksums.ts'

export interface RowComparison {
  /** Nothing differs, and nothing was left undecided. */
  readonly isEqual: boolean
  /** Up to this position both were folded when the comparison began. */
  readonly position: number
  /** Rows that are the same on both sides. */
  readonly equal: number
  /** Rows that are there on both sides and differ. */
  readonly different: number
  /** Rows that the live generation alone has. */
  readonly onlyLive: number
  /** Rows that the built generation alone has. */
  readonly onlyBuilt: number
  /** Rows that kept changing while they were compared, or that the live generation has not caught up with. */
  readonly undecided: number
  /** Of the rows that were decided, for each share of the keys. */
  readonly partitions: readonly ComparedPartition[]
  /** The first that differ. */
  readonly sample: readonly Difference[]
}

export interface ComparedPartition {
  readonly partition: number
  readonly live: Omit<PartitionChecksum, 'partition'>
  readonly built: Omit<PartitionChecksum, 'partition'>
}

/** A row that is not the same on both sides; a side without it is absent. */
export interface Difference {
  readonly key: string
  readonly live?: StoredRow
  readonly built?: StoredRow
}

/** Takes in what is found out of one row after another. */
export class ComparisonLedger {
  readonly #live = new Checksums()
  readonly #built = new Checksums()
  readonly #counts = { equal: 0, different: 0, onlyLive: 0, onlyBuilt: 0, undecided: 0 }
  readonly #sample: Difference[] = []
  readonly #sampleSize: number
  readonly #onDifference: (difference: Difference) => void

  constructor(sampleSize: number, onDifference: (difference: Difference) => void = () => {}) {
    this.#sampleSize = sampleSize
    this.#onDifference = onDifference
  }

  get decided(): number {
    const { equal, different, onlyLive, onlyBuilt } = this.#counts
    return equal + different + onlyLive + onlyBuilt
  }

  /** Rows that have come to rest; undefined for none. */
  decide(key: string, live: StoredRow | undefined, built: StoredRow | undefined): void {
    if (live !== undefined) this.#live.add(key, live.row)
    if (built !== undefined) this.#built.add(key, built.row)
    if (live === undefined && built === undefined) return
    if (isSameRow(live, built)) this.#counts.equal++
    else this.#differ({ key, ...(live && { live }), ...(built && { built }) })
  }

  leave(rows: number): void {
    this.#counts.undecided += rows
  }

  #differ(difference: Difference): void {
    if (difference.built === undefined) this.#counts.onlyLive++
    else if (difference.live === undefined) this.#counts.onlyBuilt++
    else this.#counts.different++
    if (this.#sample.length < this.#sampleSize) this.#sample.push(difference)
    this.#onDifference(difference)
  }

  toComparison(position: number): RowComparison {
    const { different, onlyLive, onlyBuilt, undecided } = this.#counts
    const built = this.#built.toList()
    const partitions = this.#live.toList().map(({ partition, ...live }, place) => {
      const { rows = 0, checksum = '' } = built[place] ?? {}
      return { partition, live, built: { rows, checksum } }
    })
    const isEqual = different + onlyLive + onlyBuilt + undecided === 0
    return { isEqual, position, ...this.#counts, partitions, sample: this.#sample }
  }
}

/** Do both sides say the same of a key? Rows that are not there are the same as deleted ones. */
export function isSameRow(one: StoredRow | undefined, other: StoredRow | undefined): boolean {
  const [a, b] = [one?.row, other?.row]
  if (a === undefined || b === undefined) return a === b
  return JSON.stringify(a) === JSON.stringify(b) || toCanonicalJson(a) === toCanonicalJson(b)
}
