import type {
  CheckpointMove,
  EntriesOptions,
  Generation,
  GenerationState,
  Partition,
  QuarantinedKey,
  RowChange,
  RowEntry,
  StoredRow,
} from '../../store/index.ts'

interface Kept {
  /** JSON text, so that no row is shared between the fold and its readers. */
  readonly text: string
  readonly position: number
}

/** What is kept of a generation, whoever writes it. */
export class KeptGeneration {
  readonly id: number
  readonly fingerprint: string
  readonly createdAt = new Date()
  /** Undefined when it was dropped. */
  state: GenerationState | undefined
  /** Grows with every write. */
  revision = 0
  readonly rows = new Map<string, Kept>()
  readonly quarantined = new Map<string, QuarantinedKey>()
  /** The generation's own under `''`, those of shares under `index/count`. */
  readonly checkpoints = new Map<string, number>()

  constructor(id: number, fingerprint: string, state: GenerationState) {
    this.id = id
    this.fingerprint = fingerprint
    this.state = state
  }

  checkpoint(partition?: Partition): number {
    return this.checkpoints.get(toShare(partition)) ?? 0
  }
}

/** One writer's or reader's hold on it. */
export class MemoryGeneration implements Generation {
  readonly id: number
  readonly fingerprint: string
  readonly #kept: KeptGeneration
  readonly #rows: Map<string, Kept>
  /** The revision as of `begin`, and of this object's own writes since. */
  #revision: number | undefined

  constructor(kept: KeptGeneration) {
    this.id = kept.id
    this.fingerprint = kept.fingerprint
    this.#kept = kept
    this.#rows = kept.rows
  }

  async checkpoint(partition?: Partition): Promise<number> {
    return this.#kept.checkpoint(partition)
  }

  async begin(): Promise<number> {
    this.#revision = this.#kept.revision
    return this.#kept.checkpoint()
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    const rows = new Map<string, StoredRow>()
    for (const key of keys) {
      const kept = this.#rows.get(key)
      if (kept !== undefined) rows.set(key, { row: JSON.parse(kept.text), position: kept.position })
    }
    return rows
  }

  async save(changes: ReadonlyMap<string, RowChange>, move: CheckpointMove): Promise<boolean> {
    const { from, to, partition, quarantine = new Map<string, undefined>() } = move
    const { state, revision, checkpoints, quarantined } = this.#kept
    if (state === undefined || state === 'previous' || this.#kept.checkpoint(partition) !== from) return false
    if (partition === undefined && this.#revision !== undefined && this.#revision !== revision) return false
    checkpoints.set(toShare(partition), to)
    this.#kept.revision++
    if (this.#revision !== undefined) this.#revision = this.#kept.revision
    for (const [key, { row, position }] of changes) {
      if (row === undefined) this.#rows.delete(key)
      else this.#rows.set(key, { text: JSON.stringify(row), position })
    }
    for (const [key, held] of quarantine) {
      if (held === undefined) quarantined.delete(key)
      else quarantined.set(key, held)
    }
    return true
  }

  async quarantined(): Promise<readonly QuarantinedKey[]> {
    const { quarantined } = this.#kept
    return inByteOrder(quarantined.keys()).flatMap((key) => quarantined.get(key) ?? [])
  }

  /** Nobody else can get at these rows. */
  async isEmptied(): Promise<boolean> {
    return false
  }

  async get(key: string): Promise<unknown> {
    const kept = this.#rows.get(key)
    return kept === undefined ? undefined : JSON.parse(kept.text)
  }

  async *entries({ signal, after, limit }: EntriesOptions = {}): AsyncGenerator<RowEntry> {
    const keys = inByteOrder(this.#rows.keys())
    const start = after === undefined ? 0 : keys.findIndex((key) => compareBytes(key, after) > 0)
    if (start < 0) return
    for (const key of keys.slice(start, limit === undefined ? undefined : start + limit)) {
      signal?.throwIfAborted()
      const kept = this.#rows.get(key)
      if (kept !== undefined) yield [key, JSON.parse(kept.text), kept.position]
    }
  }

  async count(): Promise<number> {
    return this.#rows.size
  }
}

function toShare(partition: Partition | undefined): string {
  return partition === undefined ? '' : `${partition.index}/${partition.count}`
}

function inByteOrder(keys: Iterable<string>): string[] {
  const all = [...keys].map((key) => ({ key, bytes: Buffer.from(key) }))
  return all.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ key }) => key)
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
