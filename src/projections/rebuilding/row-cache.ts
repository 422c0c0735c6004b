/**
 * The rows that a share is at work on. A history comes back to the same rows again and again, so they are kept and
 * written now and then, together, instead of being read and written with every batch. The memory for it is bounded.
 */
import type { Generation, RowChange, StoredRow } from '../../store/index.ts'

/** Of JSON, which takes a few times as much when it is parsed. */
const MAX_WEIGHT = 8_388_608
const MAX_ROWS = 20_000

export class RowCache {
  readonly #generation: Generation
  /** The longest untouched first. */
  readonly #rows = new Map<string, StoredRow>()
  readonly #weights = new Map<string, number>()
  readonly #changes = new Map<string, RowChange>()
  #weight = 0
  /** Nothing is kept of this share elsewhere: a row that is not here is nowhere. */
  #isComplete: boolean

  /** @param isNew Nothing has been written yet. */
  constructor(generation: Generation, isNew: boolean) {
    this.#generation = generation
    this.#isComplete = isNew
  }

  get changes(): ReadonlyMap<string, RowChange> {
    return this.#changes
  }

  /** The rows of these keys, as they are after all that was kept. */
  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    const missing = this.#isComplete ? [] : keys.filter((key) => !this.#rows.has(key))
    if (missing.length > 0) {
      for (const [key, row] of await this.#generation.load(missing)) this.#rows.set(key, row)
    }
    const found = new Map<string, StoredRow>()
    for (const key of keys) {
      const row = this.#rows.get(key)
      if (row !== undefined) found.set(key, row)
    }
    return found
  }

  keep(changes: ReadonlyMap<string, RowChange>): void {
    for (const [key, change] of changes) {
      this.#changes.set(key, change)
      this.#rows.delete(key)
      this.#rows.set(key, change)
    }
  }

  /** What was changed is written. */
  written(): void {
    for (const [key, { row }] of this.#changes) this.#weigh(key, row)
    this.#changes.clear()
    if (this.#weight > MAX_WEIGHT || this.#rows.size > MAX_ROWS) this.#shrink()
  }

  #weigh(key: string, row: unknown): void {
    const weight = key.length + (row === undefined ? 0 : JSON.stringify(row).length)
    this.#weight += weight - (this.#weights.get(key) ?? 0)
    this.#weights.set(key, weight)
  }

  /** By half: to forget a row or two with every batch would cost a look at all of them each time. */
  #shrink(): void {
    this.#isComplete = false
    for (const key of this.#rows.keys()) {
      if (this.#weight <= MAX_WEIGHT / 2 && this.#rows.size <= MAX_ROWS / 2) break
      this.#rows.delete(key)
      this.#weight -= this.#weights.get(key) ?? 0
      this.#weights.delete(key)
    }
  }
}
