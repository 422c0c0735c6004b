/** Checksums of rows that do not depend on the order in which rows are seen, so that a row may be added whenever it is settled. */
import { createHash } from 'node:crypto'
import { toCanonicalJson } from '../../events/index.ts'
import { toShare } from './shares.ts'

/** Enough to say where rows differ, few enough to be read by a person. */
const CHECKSUM_PARTITIONS = 16

export interface PartitionChecksum {
  readonly partition: number
  readonly rows: number
  /** In hexadecimal; rows that are equal give the same, in whatever order. */
  readonly checksum: string
}

export class Checksums {
  readonly #rows = new Array<number>(CHECKSUM_PARTITIONS).fill(0)
  readonly #sums = new Array<bigint>(CHECKSUM_PARTITIONS).fill(0n)

  add(key: string, row: unknown): void {
    const partition = toShare(key, CHECKSUM_PARTITIONS)
    this.#rows[partition] = (this.#rows[partition] ?? 0) + 1
    this.#sums[partition] = BigInt.asUintN(64, (this.#sums[partition] ?? 0n) + digestOf(key, row))
  }

  toList(): PartitionChecksum[] {
    return this.#sums.map((sum, partition) => ({
      partition,
      rows: this.#rows[partition] ?? 0,
      checksum: sum.toString(16).padStart(16, '0'),
    }))
  }
}

function digestOf(key: string, row: unknown): bigint {
  return createHash('sha256')
    .update(toCanonicalJson([key, row]))
    .digest()
    .readBigUInt64BE()
}
