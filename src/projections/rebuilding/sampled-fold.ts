/**
 * The rows of a share of the keys, folded from the log in memory: what they should be. A key of which an event cannot be
 * applied is left out from there on, and the rest goes on.
 */
import { toReason } from '../../errors/index.ts'
import { storedTypes } from '../../events/index.ts'
import {
  type AnyReadModel,
  assertReadable,
  assertRows,
  foldRows,
  type KeyedEvent,
  toKeyedCarefully,
} from '../../readmodels/index.ts'
import type { EntriesOptions, EventLog, Partition, RowChange, RowEntry, StoredRow } from '../../store/index.ts'
import { isPoison } from '../failures.ts'
import { foldEachKey } from '../fold-each-key.ts'
import { isOwnKey } from './shares.ts'
import type { Side } from './side.ts'

/** A key of which nobody knows what its row should be. */
export interface UnfoldedKey {
  readonly key: string
  /** Of the event that could not be applied. */
  readonly position: number
  readonly error: string
}

/** With more it is the definition that is broken, as it is for a projection that runs. */
const MAX_UNFOLDED_KEYS = 100

export class SampledFold implements Side {
  readonly #log: EventLog
  readonly #readModel: AnyReadModel
  readonly #share: Partition
  readonly #left: ReadonlySet<string>
  /** Of a key that is left out, the row before the event that could not be applied. */
  readonly #rows = new Map<string, StoredRow>()
  readonly #unfolded = new Map<string, UnfoldedKey>()
  #checkpoint = 0

  /** @param left Keys that are left out. */
  constructor(log: EventLog, readModel: AnyReadModel, share: Partition, left: ReadonlySet<string>) {
    this.#log = log
    this.#readModel = readModel
    this.#share = share
    this.#left = left
  }

  isSampled(key: string): boolean {
    return isOwnKey(key, this.#share) && !this.#left.has(key) && !this.#unfolded.has(key)
  }

  get unfolded(): readonly UnfoldedKey[] {
    return [...this.#unfolded.values()]
  }

  async catchUp(signal: AbortSignal | undefined, onProgress?: (position: number, head: number) => void): Promise<void> {
    const head = await this.#log.head()
    const types = storedTypes(this.#readModel.events)
    const span = { types, after: this.#checkpoint, upTo: head, ...(signal && { signal }) }
    for await (const events of this.#log.read(span).batches()) {
      const keyed = toKeyedCarefully(this.#readModel, events)
      const own = keyed.events.map((each) => ({ ...each, keys: each.keys.filter((key) => this.isSampled(key)) }))
      for (const [key, change] of this.#fold(own)) this.#rows.set(key, change)
      this.#checkpoint = events.at(-1)?.position ?? this.#checkpoint
      onProgress?.(this.#checkpoint, head)
    }
    this.#checkpoint = Math.max(this.#checkpoint, head)
  }

  /** @throws `projection-failed` when too many keys cannot be folded */
  #fold(events: readonly KeyedEvent[]): ReadonlyMap<string, RowChange> {
    try {
      assertReadable(this.#readModel, events)
      const changes = foldRows(this.#readModel, this.#rows, { events, keys: [] })
      assertRows(this.#readModel, changes)
      return changes
    } catch (error) {
      if (!isPoison(error)) throw error
      const { changes, failures } = foldEachKey(this.#readModel, { events, rows: this.#rows, place: {} })
      for (const { key, position, cause } of failures.values()) {
        this.#unfolded.set(key, { key, position, error: toReason(cause) })
      }
      if (this.#unfolded.size > MAX_UNFOLDED_KEYS) throw error
      return changes
    }
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
