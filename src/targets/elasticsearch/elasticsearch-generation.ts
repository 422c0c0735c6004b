/**
 * A generation's rows, in an index of their own, and how far they are. `save` writes rows first, each fenced by its
 * position, and then moves the checkpoint: a process that dies in between leaves rows that are ahead of it, which the
 * fold passes over when the batch comes again.
 */
import {
  type CheckpointMove,
  type EntriesOptions,
  type Generation,
  generationMissing,
  type Partition,
  type QuarantinedKey,
  type RowChange,
  type RowEntry,
  type StoredRow,
} from '../../store/index.ts'
import { writeRows } from './bulk.ts'
import { joinQuarantines, moved, type Progress, toPosition } from './checkpoints.ts'
import type { Control, Held } from './control.ts'
import { type Place, toIndex, toOpenAlias } from './names.ts'
import { countRows, loadRows, readEntries } from './reading.ts'
import type { Entry } from './registry.ts'
import type { Wire } from './wire.ts'

export interface GenerationContext {
  readonly wire: Wire
  readonly control: Control
  readonly place: Place
  readonly bulkBytes: number
  readonly waitForRefresh: boolean
}

const NOT_FOUND = 404

export class ElasticsearchGeneration implements Generation {
  readonly id: number
  readonly fingerprint: string
  readonly #context: GenerationContext
  readonly #index: string
  readonly #openAlias: string
  /** Of the control documents of this generation. */
  readonly #name: string
  /** What was last written or read, by document: only a hint, as other instances write too. */
  readonly #seen = new Map<string, Held<Progress> | undefined>()
  /** As of `begin`, and of this object's own writes since. */
  #begun: { held: Held<Progress> | undefined } | undefined

  constructor(context: GenerationContext, { id, fingerprint }: Pick<Entry, 'id' | 'fingerprint'>) {
    this.id = id
    this.fingerprint = fingerprint
    this.#context = context
    this.#index = toIndex(context.place, id)
    this.#openAlias = toOpenAlias(context.place, id)
    this.#name = `${context.place.id}~${id}`
  }

  async checkpoint(partition?: Partition): Promise<number> {
    const held = await this.#read(this.#toDocument(partition))
    if (held === undefined && partition === undefined) await this.#assertThere()
    return toPosition(held)
  }

  async begin(): Promise<number> {
    const checkpoint = await this.checkpoint()
    this.#begun = { held: this.#seen.get(this.#name) }
    return checkpoint
  }

  /** As `checkpoint`, also when the generation is no longer there. */
  async position(): Promise<number> {
    return toPosition(await this.#read(this.#name))
  }

  async load(keys: readonly string[]): Promise<ReadonlyMap<string, StoredRow>> {
    return await loadRows(this.#context.wire, this.#index, keys)
  }

  async save(changes: ReadonlyMap<string, RowChange>, move: CheckpointMove): Promise<boolean> {
    const document = this.#toDocument(move.partition)
    if (!(await this.#isAt(document, move.from))) return false
    if (!(await this.#write(changes, move))) return false
    const owner = { ...this.#owner(), hasRows: changes.size > 0 }
    for (;;) {
      const held = this.#believed(document)
      if (toPosition(held) !== move.from) return false
      const written = await this.#context.control.put(document, moved(held?.document, move, owner), held)
      if (written !== undefined) {
        this.#remember(document, written)
        return true
      }
      if (this.#hasBegun(document)) return false
      await this.#read(document)
    }
  }

  async quarantined(): Promise<readonly QuarantinedKey[]> {
    return joinQuarantines(await this.#context.control.list<Progress>(this.#name))
  }

  async isEmptied(): Promise<boolean> {
    const progress = await this.#context.control.list<Progress>(this.#name)
    if (!progress.some(({ hasRows }) => hasRows)) return false
    return (await countRows(this.#context.wire, this.#index, 'with deleted ones')) === 0
  }

  async get(key: string): Promise<unknown> {
    return (await this.load([key])).get(key)?.row
  }

  entries(options: EntriesOptions = {}): AsyncIterable<RowEntry> {
    return readEntries(this.#context.wire, this.#index, options)
  }

  async count(): Promise<number> {
    return await countRows(this.#context.wire, this.#index, 'as readers see them')
  }

  /** What was seen last is asked for again before it is taken for another instance's work. */
  async #isAt(document: string, position: number): Promise<boolean> {
    if (this.#hasBegun(document)) return await this.#isUntouched(position)
    if (this.#seen.has(document) && toPosition(this.#seen.get(document)) === position) return true
    return toPosition(await this.#read(document)) === position
  }

  /** Looked at before rows are written, as the writer may remember rows that another has changed. */
  async #isUntouched(position: number): Promise<boolean> {
    const found = await this.#read(this.#name)
    const believed = this.#begun?.held
    return toPosition(believed) === position && found?.sequence === believed?.sequence
  }

  #hasBegun(document: string): boolean {
    return this.#begun !== undefined && document === this.#name
  }

  #believed(document: string): Held<Progress> | undefined {
    return this.#hasBegun(document) ? this.#begun?.held : this.#seen.get(document)
  }

  #remember(document: string, held: Held<Progress>): void {
    this.#seen.set(document, held)
    if (this.#hasBegun(document)) this.#begun = { held }
  }

  /** False when this generation takes no more writes. */
  async #write(changes: ReadonlyMap<string, RowChange>, { from, to }: CheckpointMove): Promise<boolean> {
    const { wire, place, bulkBytes: maxBytes, waitForRefresh } = this.#context
    if (changes.size === 0) return await this.#isOpen()
    const { readModel } = place
    const target = { wire, readModel, index: this.#index, alias: this.#openAlias, maxBytes, waitForRefresh }
    return (await writeRows({ ...target, isRepair: from === to }, changes)) === 'written'
  }

  async #isOpen(): Promise<boolean> {
    const path = `/_alias/${encodeURIComponent(this.#openAlias)}`
    const { status } = await this.#context.wire.call({ method: 'GET', path, accept: [NOT_FOUND] })
    return status !== NOT_FOUND
  }

  async #read(document: string): Promise<Held<Progress> | undefined> {
    const held = await this.#context.control.get<Progress>(document)
    this.#seen.set(document, held)
    return held
  }

  async #assertThere(): Promise<void> {
    const { control, place } = this.#context
    const registry = await control.get<{ generations: readonly Entry[] }>(place.id)
    const isThere = registry?.document.generations.some(({ id }) => id === this.id) ?? false
    if (!isThere) throw generationMissing(place.readModel, `no generation ${this.id} any more`)
  }

  #toDocument(partition: Partition | undefined): string {
    return partition === undefined ? this.#name : `${this.#name}~${partition.index}/${partition.count}`
  }

  #owner() {
    const { log, readModel } = this.#context.place
    return { log, readModel, generation: this.#name }
  }
}
