/**
 * Small documents of ours beside the rows, in an index of their own: which generations there are, and how far each is.
 * They are read by id, which sees every write at once, and written by compare-and-set.
 */
import { randomUUID } from 'node:crypto'
import type { Wire } from './wire.ts'

/** A document, and what tells whether it is still the same when it is written. */
export interface Held<Document> {
  readonly document: Document
  readonly sequence: number
  readonly term: number
}

/** Those of a generation are found by its name. */
const MAPPINGS = { dynamic: false, properties: { generation: { type: 'keyword' } } }
const SETTINGS = { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1' }
/** Of one generation: its own, and one for each share of a parallel build, of which there are at most 1,024. */
const MAX_DOCUMENTS = 2_048
const NOT_FOUND = 404
const CONFLICT = 409
const BAD_REQUEST = 400

export class Control {
  readonly #wire: Wire
  readonly #index: string
  #prepared: Promise<void> | undefined

  constructor(wire: Wire, index: string) {
    this.#wire = wire
    this.#index = encodeURIComponent(index)
  }

  /** Makes the index where there is none. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#create().catch((error: unknown) => {
      this.#prepared = undefined
      throw error
    })
    return this.#prepared
  }

  async #create(): Promise<void> {
    const path = `/${this.#index}`
    const { status } = await this.#wire.call({ method: 'GET', path, accept: [NOT_FOUND] })
    if (status !== NOT_FOUND) return
    const body = { mappings: MAPPINGS, settings: { index: SETTINGS } }
    // A second one that creates it at the same moment is told so by a bad request.
    const created = await this.#wire.call({ method: 'PUT', path, body, accept: [BAD_REQUEST] })
    if (created.status === BAD_REQUEST) await this.#wire.call({ method: 'GET', path })
  }

  async get<Document>(id: string): Promise<Held<Document> | undefined> {
    const { status, body } = await this.#wire.call({ method: 'GET', path: this.#toPath(id), accept: [NOT_FOUND] })
    return status === NOT_FOUND
      ? undefined
      : { document: body._source, sequence: body._seq_no, term: body._primary_term }
  }

  /** Undefined, and nothing written, when the document is another than `held`; a new one when that is undefined. */
  async put<Document extends object>(
    id: string,
    document: Document,
    held: Held<Document> | undefined,
  ): Promise<Held<Document> | undefined> {
    const writer = randomUUID()
    const condition = held === undefined ? 'op_type=create' : `if_seq_no=${held.sequence}&if_primary_term=${held.term}`
    const { status, body } = await this.#wire.call({
      method: 'PUT',
      path: `${this.#toPath(id)}?${condition}`,
      body: { ...document, writer },
      accept: [CONFLICT],
    })
    if (status !== CONFLICT) return { document, sequence: body._seq_no, term: body._primary_term }
    // It may be this very write that stands in the way, made before its answer was lost.
    const found = await this.get<Document & { writer?: string }>(id)
    return found?.document.writer === writer ? found : undefined
  }

  /** All documents of a generation. */
  async list<Document>(generation: string): Promise<readonly Document[]> {
    const hits = await this.#find(generation)
    return hits.map(({ _source }) => _source as Document)
  }

  async removeAll(generation: string): Promise<void> {
    const hits = await this.#find(generation)
    if (hits.length === 0) return
    const lines = hits.map(({ _id }) => `${JSON.stringify({ delete: { _id } })}\n`).join('')
    await this.#wire.call({ method: 'POST', path: `/${this.#index}/_bulk`, lines })
  }

  async #find(generation: string): Promise<readonly { _id: string; _source: unknown }[]> {
    await this.#wire.call({ method: 'POST', path: `/${this.#index}/_refresh` })
    const query = { size: MAX_DOCUMENTS, query: { term: { generation } } }
    const { body } = await this.#wire.call({ method: 'POST', path: `/${this.#index}/_search`, body: query })
    return body.hits.hits
  }

  #toPath(id: string): string {
    return `/${this.#index}/_doc/${encodeURIComponent(id)}`
  }
}
