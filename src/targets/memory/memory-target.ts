/** Keeps rows in this process: gone with it, and folded anew from the whole log at each start. */
import type { EntriesOptions, ReadModelTarget, ReadModelTargets, RowChange } from '../../store/index.ts'

/** Read models in plain maps, for tests and for small models that every process holds by itself. */
export function memoryTargets(): ReadModelTargets {
  return { open: async () => new MemoryTarget() }
}

class MemoryTarget implements ReadModelTarget {
  /** JSON text, so that no row is shared between the fold and its readers. */
  readonly #rows = new Map<string, string>()
  #checkpoint = 0

  async checkpoint(): Promise<number> {
    return this.#checkpoint
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const rows = new Map<string, unknown>()
    for (const key of keys) {
      const row = this.#rows.get(key)
      if (row !== undefined) rows.set(key, JSON.parse(row))
    }
    return rows
  }

  async save(changes: ReadonlyMap<string, RowChange>, expected: number, checkpoint: number): Promise<boolean> {
    if (this.#checkpoint !== expected) return false
    this.#checkpoint = checkpoint
    for (const [key, { row }] of changes) {
      if (row === undefined) this.#rows.delete(key)
      else this.#rows.set(key, JSON.stringify(row))
    }
    return true
  }

  async get(key: string): Promise<unknown> {
    const row = this.#rows.get(key)
    return row === undefined ? undefined : JSON.parse(row)
  }

  async *entries({ signal }: EntriesOptions = {}): AsyncGenerator<readonly [string, unknown]> {
    const keys = [...this.#rows.keys()].map((key) => ({ key, bytes: Buffer.from(key) }))
    for (const { key } of keys.sort((a, b) => Buffer.compare(a.bytes, b.bytes))) {
      signal?.throwIfAborted()
      const row = this.#rows.get(key)
      if (row !== undefined) yield [key, JSON.parse(row)]
    }
  }
}
