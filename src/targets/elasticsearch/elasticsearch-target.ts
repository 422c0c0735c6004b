/**
 * The place of one read model. Its registry, a document that is changed by compare-and-set, says which generations there
 * are; indices and aliases are then made to follow. Whoever comes next does the same, so that a process which dies in
 * between leaves nothing that is not mended.
 */
import { randomUUID } from 'node:crypto'
import {
  type EntriesOptions,
  type Generation,
  type GenerationInfo,
  generationMissing,
  type PromoteOptions,
  type ReadModelTarget,
  type RowEntry,
} from '../../store/index.ts'
import type { Control, Held } from './control.ts'
import { toStoredRow } from './documents.ts'
import { ElasticsearchGeneration, type GenerationContext } from './elasticsearch-generation.ts'
import type { Indices } from './indices.ts'
import { type Place, toDocumentId } from './names.ts'
import {
  dropped,
  type Entry,
  findById,
  findByState,
  promoted,
  type Registry,
  released,
  rolledBack,
  withBuilding,
  withHold,
  withLive,
  withMade,
} from './registry.ts'
import type { Wire } from './wire.ts'

export interface TargetContext extends Omit<GenerationContext, 'place'> {
  readonly wire: Wire
  readonly control: Control
  readonly indices: Indices
}

const NOT_FOUND = 404
/** A page of events and a refresh take less. */
const LONGEST_HOLD_MS = 10_000

export class ElasticsearchTarget implements ReadModelTarget {
  readonly #context: TargetContext
  readonly #place: Place
  #seenHold: { readonly hold: string; readonly atMs: number } | undefined

  constructor(context: TargetContext, place: Place) {
    this.#context = context
    this.#place = place
  }

  async generations(): Promise<readonly GenerationInfo[]> {
    const { generations } = await this.#settle()
    return await Promise.all(
      generations.map(async (entry) => {
        const { id, state, fingerprint, createdAt } = entry
        return {
          id,
          state,
          fingerprint,
          createdAt: new Date(createdAt),
          checkpoint: await this.#open(entry).position(),
        }
      }),
    )
  }

  async live(fingerprint: string): Promise<Generation> {
    const registry = await this.#change((before) => withLive(before, fingerprint))
    return this.#open(findByState(registry, 'live'))
  }

  async build(fingerprint: string): Promise<Generation> {
    const registry = await this.#change((before) => withBuilding(before, fingerprint))
    return this.#open(findByState(registry, 'building'))
  }

  async generation(id: number): Promise<Generation> {
    return this.#open(findById(await this.#settle(), id), `no generation ${id}`)
  }

  /**
   * The live one takes no writes while the other is brought as far as the log: so that is soon, however many write, and
   * has every row that a reader may have seen, also one that was ahead of its checkpoint.
   */
  async promote(id: number, { evenBehind = false, catchUp }: PromoteOptions = {}): Promise<boolean> {
    promoted(await this.#settle(), this.#place.readModel, id)
    const hold = randomUUID()
    const registry = await this.#change((before) => withHold(before, hold))
    try {
      await catchUp?.()
      await this.#context.indices.refresh(id)
      if (!evenBehind && (await this.#isBehind(registry, id))) return false
      const swapped = await this.#change((before) =>
        before.hold === hold ? promoted(before, this.#place.readModel, id) : before,
      )
      return findById(swapped, id)?.state === 'live'
    } finally {
      await this.#change((before) => released(before, hold))
    }
  }

  async #isBehind(registry: Registry, id: number): Promise<boolean> {
    const [live, building] = [findByState(registry, 'live'), findById(registry, id)]
    return live !== undefined && (await this.#open(building).position()) < (await this.#open(live).position())
  }

  async rollBack(): Promise<void> {
    await this.#change((before) => rolledBack(before, this.#place.readModel))
  }

  async drop(id: number): Promise<void> {
    await this.#change((before) => dropped(before, id))
  }

  async get(key: string): Promise<unknown> {
    const path = `/${encodeURIComponent(this.#place.alias)}/_doc/${encodeURIComponent(toDocumentId(key))}`
    const { status, body } = await this.#context.wire.call({ method: 'GET', path, accept: [NOT_FOUND] })
    return status === NOT_FOUND ? undefined : toStoredRow(body._source).row
  }

  /** Of the index that is live when it begins: a swap in between does not mix the two. */
  async *entries(options: EntriesOptions = {}): AsyncGenerator<RowEntry> {
    const held = await this.#read()
    const live = held === undefined ? undefined : findByState(held.document, 'live')
    if (live !== undefined) yield* this.#open(live).entries(options)
  }

  /** By compare-and-set: what `decide` throws changes nothing. */
  async #change(decide: (registry: Registry) => Registry): Promise<Registry> {
    for (;;) {
      const held = await this.#read()
      const before = held?.document ?? { lastId: await this.#context.indices.lastId(), generations: [] }
      const after = decide(before)
      const isChanged = after !== before
      if (isChanged && (await this.#write(after, held)) === undefined) continue
      return await this.#settle()
    }
  }

  /** Lets indices and aliases follow the registry, until it stands still. */
  async #settle(): Promise<Registry> {
    const held = await this.#read()
    if (held === undefined) return { lastId: 0, generations: [] }
    const missing = held.document.generations.find(({ isMade }) => !isMade)
    if (missing !== undefined) {
      await this.#context.indices.create(missing)
      await this.#write(withMade(held.document, missing.id), held)
      return await this.#settle()
    }
    const stale = await this.#context.indices.align(held.document)
    for (const id of stale) await this.#context.control.removeAll(`${this.#place.id}~${id}`)
    if (this.#isAbandoned(held.document)) {
      await this.#write(released(held.document, held.document.hold ?? ''), held)
      return await this.#settle()
    }
    const isStill = (await this.#read())?.sequence === held.sequence
    return isStill ? held.document : await this.#settle()
  }

  /** Whoever held it has died before it swapped, or is too slow: it finds that out. By this process's own clock alone. */
  #isAbandoned({ hold }: Registry): boolean {
    if (hold !== this.#seenHold?.hold)
      this.#seenHold = hold === undefined ? undefined : { hold, atMs: performance.now() }
    return this.#seenHold !== undefined && performance.now() - this.#seenHold.atMs > LONGEST_HOLD_MS
  }

  #read(): Promise<Held<Registry> | undefined> {
    return this.#context.control.get<Registry>(this.#place.id)
  }

  #write(registry: Registry, held: Held<Registry> | undefined): Promise<Held<Registry> | undefined> {
    const { log, readModel, id } = this.#place
    const { lastId, generations, hold } = registry
    // Its name beside it is for people who look at the index.
    const named = { log, readModel, lastId, generations, ...(hold !== undefined && { hold }) }
    return this.#context.control.put<Registry>(id, named, held)
  }

  #open(entry: Entry | undefined, missing = 'lost a generation while it was looked for'): ElasticsearchGeneration {
    if (entry === undefined) throw generationMissing(this.#place.readModel, missing)
    return new ElasticsearchGeneration({ ...this.#context, place: this.#place }, entry)
  }
}
