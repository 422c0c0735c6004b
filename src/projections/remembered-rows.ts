/**
 * What a writer knows of its rows without asking the target: those that it has lately read or changed, so that the next
 * batch can be folded while this one is being saved. It is right for as long as nobody else writes; `save` says when
 * somebody did, and then everything is forgotten. The memory for it is bounded.
 */
import { copyJson } from '../events/index.ts'
import { again } from '../following/index.ts'
import type { Generation, RowChange, StoredRow } from '../store/index.ts'
import { KeyFilter } from './key-filter.ts'

export interface RowLimits {
  /** Rows that are remembered. */
  readonly rows: number
  /** Rows that wait to be saved together. */
  readonly changes: number
}

/** A row that many events change is written once for all of them; but two batches are in memory at once. */
const LIMITS: RowLimits = { rows: 20_000, changes: 20_000 }
/** Of JSON text, as estimated from every 64th row. */
const MAX_WEIGHT = 16_777_216
const SAMPLE_EVERY = 64

export class RememberedRows {
  readonly #generation: Generation
  readonly #limits: RowLimits
  /** The longest untouched first. */
  readonly #rows = new Map<string, StoredRow>()
  /** What bears a later position than this may still be on its way to the target. */
  #savedUpTo = 0
  #sampled = 0
  #seen = 0
  #sampledWeight = 0
  /** Every key that was ever written is remembered, here or below: another one's row is nowhere. */
  #isComplete: boolean
  #dropped: KeyFilter | undefined

  /** @param isNew Nothing has been written yet. */
  constructor(generation: Generation, isNew: boolean, limits = LIMITS) {
    this.#generation = generation
    this.#limits = limits
    this.#isComplete = isNew
  }

  /** As `Generation.load`, after all that was kept. */
  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    const found = new Map<string, StoredRow>()
    const missing: string[] = []
    for (const key of keys) {
      const row = this.#rows.get(key)
      if (row === undefined) {
        if (this.#mayBeStored(key)) missing.push(key)
      }
      // An evolve that changes rows in place must not change one that is on its way.
      else found.set(key, row.position > this.#savedUpTo ? copyJson(row) : row)
    }
    if (missing.length === 0) return found
    for (const [key, row] of await again(() => this.#generation.load(missing))) found.set(key, row)
    return found
  }

  /** How many rows may wait to be saved together. Until it is known what they weigh, those of a page. */
  get maxChanges(): number {
    return this.#sampled === 0 ? 1 : Math.min(this.#limits.changes, this.#max)
  }

  get #max(): number {
    return Math.min(this.#limits.rows, Math.max(1, Math.floor(MAX_WEIGHT / (this.#sampledWeight / this.#sampled || 1))))
  }

  /** What was changed up to this position is at the target. */
  saved(position: number): void {
    this.#savedUpTo = position
  }

  /** Takes in what a batch has made of them. */
  keep(changes: ReadonlyMap<string, RowChange>): void {
    for (const [key, change] of changes) {
      this.#rows.delete(key)
      this.#rows.set(key, change)
      if (this.#seen++ % SAMPLE_EVERY === 0) this.#sample(key, change)
    }
    // What the batch has changed stays until it is saved: nobody else has it.
    const least = Math.max(this.#max, 2 * changes.size)
    if (this.#rows.size > least) this.#shrinkTo(Math.max(Math.floor(least * 0.75), changes.size))
  }

  #sample(key: string, { row }: RowChange): void {
    this.#sampled++
    this.#sampledWeight += key.length + (row === undefined ? 0 : JSON.stringify(row).length)
  }

  #shrinkTo(size: number): void {
    if (this.#isComplete) this.#dropped ??= new KeyFilter()
    for (const key of this.#rows.keys()) {
      if (this.#rows.size <= size) return
      this.#rows.delete(key)
      this.#dropped?.add(key)
    }
  }

  #mayBeStored(key: string): boolean {
    return !this.#isComplete || (this.#dropped?.mayHave(key) ?? false)
  }

  forget(): void {
    this.#isComplete = false
    this.#dropped = undefined
    this.#rows.clear()
  }
}
