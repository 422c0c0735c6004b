/**
 * The indices of one read model, and the aliases that say what each of them is for:
 *
 *     catalogue        the live one, for readers; it hides deleted rows
 *     catalogue~3~open a generation that takes writes, live or being built; rows are written through it
 *
 * Aliases follow the registry. Those of a swap are changed by one request, so that a reader sees the one generation or
 * the other. An index is deleted only where its mapping says that it was made here, for this read model.
 */
import { NOT_DELETED, OWN_FIELD, OWN_MAPPING } from './documents.ts'
import { type Place, toGeneration, toIndex, toOpenAlias } from './names.ts'
import type { IndexMappings, IndexSettings } from './options.ts'
import type { Entry, Registry } from './registry.ts'
import { refused, type Wire } from './wire.ts'

export interface IndexOptions {
  readonly mappings: IndexMappings
  readonly settings: IndexSettings
  readonly refreshIntervalMs: number
}

type Action = Readonly<Record<string, object>>

/** Index to the names of its aliases. */
type Aliases = ReadonlyMap<string, readonly string[]>

const BAD_REQUEST = 400
const NOT_FOUND = 404
/**
 * What is not mapped by the user is searched as it comes, but JavaScript's numbers are doubles, the whole ones too: the
 * first one that is seen must not make an integer field of all. And a text that looks like a date is a text.
 */
const DEFAULT_MAPPINGS = {
  date_detection: false,
  dynamic_templates: ['long', 'double'].map((match_mapping_type) => ({
    [`${match_mapping_type}s`]: { match_mapping_type, mapping: { type: 'double' } },
  })),
}

export class Indices {
  readonly #wire: Wire
  readonly #place: Place
  readonly #options: IndexOptions

  constructor(wire: Wire, place: Place, options: IndexOptions) {
    this.#wire = wire
    this.#place = place
    this.#options = options
  }

  /** The highest id that an index of this read model bears; 0 without any. */
  async lastId(): Promise<number> {
    const ids = [...(await this.#aliases()).keys()].map((index) => toGeneration(this.#place, index) ?? 0)
    return Math.max(0, ...ids)
  }

  /** @throws `target-refused` when there is an index of that name which was not made for this generation */
  async create({ id, token }: Entry): Promise<void> {
    const { mappings, settings, refreshIntervalMs } = this.#options
    const { log, readModel, id: place } = this.#place
    const path = `/${encodeURIComponent(toIndex(this.#place, id))}`
    const body = {
      settings: { index: { refresh_interval: `${refreshIntervalMs}ms`, gc_deletes: '0s', ...settings } },
      mappings: {
        ...DEFAULT_MAPPINGS,
        ...mappings,
        _meta: { ...(mappings._meta as object | undefined), daybook: { log, readModel, place, generation: id, token } },
        properties: { ...(mappings.properties as object | undefined), [OWN_FIELD]: OWN_MAPPING },
      },
      aliases: { [toOpenAlias(this.#place, id)]: {} },
    }
    const created = await this.#wire.call({ method: 'PUT', path, body, accept: [BAD_REQUEST] })
    if (created.status !== BAD_REQUEST) return
    // Made by another instance at the same moment, or before the answer was lost; or else refused.
    if ((await this.#meta(id))?.token === token) return
    throw refused(`PUT ${path}`, created.status, JSON.stringify(created.body))
  }

  /** What is written is found from now on. */
  async refresh(id: number): Promise<void> {
    const path = `/${encodeURIComponent(toIndex(this.#place, id))}/_refresh`
    await this.#wire.call({ method: 'POST', path })
  }

  /** Makes aliases what the registry says, and deletes what it no longer holds. */
  async align(registry: Registry): Promise<readonly number[]> {
    const aliases = await this.#aliases()
    const actions = registry.generations.flatMap((entry) =>
      this.#toActions(entry, aliases, registry.hold !== undefined),
    )
    if (actions.length > 0) await this.#wire.call({ method: 'POST', path: '/_aliases', body: { actions } })
    const ids = [...aliases.keys()].flatMap((index) => toGeneration(this.#place, index) ?? [])
    // A later one may have been made since the registry was read.
    const stale = ids.filter((id) => id <= registry.lastId && !registry.generations.some((entry) => entry.id === id))
    for (const id of stale) await this.#delete(id)
    return stale
  }

  #toActions({ id, state }: Entry, aliases: Aliases, isHeld: boolean): Action[] {
    const index = toIndex(this.#place, id)
    const found = aliases.get(index)
    if (found === undefined) return []
    const { alias } = this.#place
    const open = toOpenAlias(this.#place, id)
    const wanted = state === 'live' ? [alias] : []
    if (state === 'building' || (state === 'live' && !isHeld)) wanted.push(open)
    const added = wanted.filter((name) => !found.includes(name))
    const removed = [alias, open].filter((name) => found.includes(name) && !wanted.includes(name))
    return [
      ...removed.map((name) => ({ remove: { index, alias: name } })),
      ...added.map((name) => ({ add: { index, alias: name, ...(name === alias ? { filter: NOT_DELETED } : {}) } })),
    ]
  }

  async #aliases(): Promise<Aliases> {
    const path = `/${encodeURIComponent(this.#place.alias)}~*/_alias?expand_wildcards=all`
    const { body } = await this.#wire.call({ method: 'GET', path, accept: [NOT_FOUND] })
    const found = Object.entries<{ aliases?: object }>(body)
    return new Map(
      found.flatMap(([index, { aliases }]) => (aliases === undefined ? [] : [[index, Object.keys(aliases)] as const])),
    )
  }

  /** Nothing where the index is somebody else's. */
  async #delete(id: number): Promise<void> {
    if ((await this.#meta(id))?.place !== this.#place.id) return
    const path = `/${encodeURIComponent(toIndex(this.#place, id))}`
    await this.#wire.call({ method: 'DELETE', path, accept: [NOT_FOUND] })
  }

  async #meta(id: number): Promise<{ place?: string; token?: string } | undefined> {
    const index = toIndex(this.#place, id)
    const path = `/${encodeURIComponent(index)}/_mapping`
    const { body } = await this.#wire.call({ method: 'GET', path, accept: [NOT_FOUND] })
    return body[index]?.mappings?._meta?.daybook
  }
}
