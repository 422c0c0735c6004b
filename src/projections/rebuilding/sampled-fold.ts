/** The rows of a share of the keys, folded from the log in memory: what they should be. */
import { storedTypes } from '../../events/index.ts'
import { type AnyReadModel, assertReadable, assertRows, foldRows, toKeyedCarefully } from '../../readmodels/index.ts'
import type { EntriesOptions, EventLog, Partition, RowEntry, StoredRow } from '../../store/index.ts'
import { isOwnKey } from './shares.ts'
import type { Side } from './side.ts'

export class SampledFold implements Side {
  readonly #log: EventLog
  readonly #readModel: AnyReadModel
  readonly #share: Partition
  readonly #left: ReadonlySet<string>
  readonly #rows = new Map<string, StoredRow>()
  #checkpoint = 0

  /** @param left Keys that are left out. */
  constructor(log: EventLog, readModel: AnyReadModel, share: Partition, left: ReadonlySet<string>) {
    this.#log = log
    this.#readModel = readModel
    this.#share = share
    this.#left = left
  }

  isSampled(key: string): boolean {
    return isOwnKey(key, this.#share) && !this.#left.has(key)
  }

  async catchUp(signal: AbortSignal | undefined, onProgress?: (position: number, head: number) => void): Promise<void> {
    const head = await this.#log.head()
    const types = storedTypes(this.#readModel.events)
    const span = { types, after: this.#checkpoint, upTo: head, ...(signal && { signal }) }
    for await (const events of this.#log.read(span).batches()) {
      const keyed = toKeyedCarefully(this.#readModel, events)
      const own = keyed.events.map((each) => ({ ...each, keys: each.keys.filter((key) => this.isSampled(key)) }))
      assertReadable(this.#readModel, own)
      const changes = foldRows(this.#readModel, this.#rows, { ...keyed, events: own })
      assertRows(this.#readModel, changes)
      for (const [key, change] of changes) this.#rows.set(key, change)
      this.#checkpoint = events.at(-1)?.position ?? this.#checkpoint
      onProgress?.(this.#checkpoint, head)
    }
    this.#checkpoint = Math.max(this.#checkpoint, head)
  }

  async checkpoint(): Promise<number> {
    return this.#checkpoint
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    const found = keys.map((key) => [key, this.#rows.get(key)] as const)
    return new Map(found.filter((each): each is readonly [string, StoredRow] => each[1] !== undefined))
  }

  async *entries(_options?: EntriesOptions): AsyncGenerator<RowEntry> {
    const keys = [...this.#rows.keys()].map((key) => ({ key, bytes: Buffer.from(key) }))
    for (const { key } of keys.sort((a, b) => Buffer.compare(a.bytes, b.bytes))) {
      const kept = this.#rows.get(key)
      if (kept?.row !== undefined) yield [key, kept.row, kept.position]
    }
  }
}
