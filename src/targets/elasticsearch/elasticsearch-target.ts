/**
 * The place of one read model. Its registry, a document that is changed by compare-and-set, says which generations there
 * are; indices and aliases are then made to follow. Whoever comes next does the same, so that a process which dies in
 * between leaves nothing that is not mended.
 */
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
  rolledBack,
  withBuilding,
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

export class ElasticsearchTarget implements ReadModelTarget {
  readonly #context: TargetContext
  readonly #place: Place

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

  async promote(id: number, { evenBehind = false }: PromoteOptions = {}): Promise<boolean> {
    const registry = await this.#settle()
    promoted(registry, this.#place.readModel, id)
    if (!evenBehind && (await this.#isBehind(registry, id))) {
      await this.#settle()
      return false
    }
    await this.#change((before) => promoted(before, this.#place.readModel, id))
    return true
  }

  /** Takes writes from the live one first, so that it does not come further while the two are compared. */
  async #isBehind(registry: Registry, id: number): Promise<boolean> {
    const [live, building] = [findByState(registry, 'live'), findById(registry, id)]
    if (live === undefined) return false
    await this.#context.indices.close(live.id)
    return (await this.#open(building).position()) < (await this.#open(live).position())
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
    const isStill = (await this.#read())?.sequence === held.sequence
    return isStill ? held.document : await this.#settle()
  }

  #read(): Promise<Held<Registry> | undefined> {
    return this.#context.control.get<Registry>(this.#place.id)
  }

  #write({ lastId, generations }: Registry, held: Held<Registry> | undefined): Promise<Held<Registry> | undefined> {
    const { log, readModel, id } = this.#place
    // Its name beside it is for people who look at the index.
    const named = { log, readModel, lastId, generations }
    return this.#context.control.put<Registry>(id, named, held)
  }

  #open(entry: Entry | undefined, missing = 'lost a generation while it was looked for'): ElasticsearchGeneration {
    if (entry === undefined) throw generationMissing(this.#place.readModel, missing)
    return new ElasticsearchGeneration({ ...this.#context, place: this.#place }, entry)
  }
}
