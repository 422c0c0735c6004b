/**
 * The events of a call as the server takes them (lua/record.lua): names said once, and numbers that stand for them. To
 * take apart a table for each event would be most of the server's work.
 */
import type { EncodedEvent } from '../../events/index.ts'
import { MAX_CORRELATION_ID_LENGTH } from '../../store/index.ts'
import { encodeBody } from './stored-event.ts'

/** As lua/search.lua has it. */
const MOMENT_LENGTH = 17

export class EventColumns {
  /** What is to be done, as each function says it. */
  readonly plan: (number | '')[] = []
  readonly #streams = new Names()
  readonly #types = new Names()
  readonly #categories = new Names()
  readonly #tags = new Names()
  readonly #correlations = new Names()
  readonly #moments = new Names()
  readonly #kinds: Kind[] = []
  readonly #kindPlaces = new Map<string, number>()
  /** The bodies, each after its id where that was given. */
  readonly #texts: string[] = []

  /** The stream's place. */
  placeOfStream(stream: string): number {
    return this.#streams.placeOf(stream)
  }

  /**
   * Adds the event to the plan.
   * @param mayBeKnown Its id was given, or sent before, so that the log may hold it already.
   */
  add(stream: string, event: EncodedEvent, mayBeKnown: boolean): void {
    const { plan } = this
    const kind = this.#placeOfKind(stream, event)
    const correlationId = correlationOf(event)
    const moment = mayBeKnown ? 0 : this.#moments.use(event.id.slice(0, MOMENT_LENGTH))
    plan.push(kind, correlationId === '' ? 0 : this.#correlations.use(correlationId), moment, event.tags.length)
    for (const tag of event.tags) plan.push(this.#tags.use(tag))
    this.#streams.use(stream)
    if (mayBeKnown) this.#texts.push(event.id)
    this.#texts.push(encodeBody(stream, event))
  }

  toArguments(isCluster: boolean): string[] {
    const lists = [this.#streams, this.#types, this.#categories, this.#tags, this.#correlations, this.#moments]
    const header = [lists.map(({ names }) => names.length), this.#kinds, this.plan]
    const uses = isCluster ? [lists.map((names) => names.uses)] : []
    const names = lists.flatMap((list) => list.names)
    return [isCluster ? 'cluster' : '', JSON.stringify([...header, ...uses]), ...names, ...this.#texts]
  }

  #placeOfKind(stream: string, { type, schemaVersion }: EncodedEvent): number {
    const category = stream.slice(0, stream.indexOf('-'))
    const typePlace = this.#types.use(type)
    const categoryPlace = this.#categories.use(category)
    const name = `${typePlace} ${categoryPlace} ${schemaVersion}`
    const known = this.#kindPlaces.get(name)
    if (known !== undefined) return known
    const place = this.#kinds.push([typePlace, categoryPlace, schemaVersion])
    this.#kindPlaces.set(name, place)
    return place
  }
}

type Kind = readonly [typePlace: number, categoryPlace: number, schemaVersion: number]

/** Of lists of one kind. Places are from 1 on, as Lua counts. */
class Names {
  readonly names: string[] = []
  /** By place, from 0 on: how many positions the call adds at the most. */
  readonly uses: number[] = []
  readonly #places = new Map<string, number>()

  placeOf(name: string): number {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const place = this.names.push(name)
    this.#places.set(name, place)
    this.uses.push(0)
    return place
  }

  /** The place of a list to which a position is added. */
  use(name: string): number {
    const place = this.placeOf(name)
    this.uses[place - 1] = (this.uses[place - 1] ?? 0) + 1
    return place
  }
}

/** What a filter may ask for; empty where there is nothing that it could. */
function correlationOf({ metadata }: EncodedEvent): string {
  if (!metadata.includes('"correlationId"')) return ''
  const { correlationId } = JSON.parse(metadata)
  return typeof correlationId === 'string' && correlationId.length <= MAX_CORRELATION_ID_LENGTH ? correlationId : ''
}
