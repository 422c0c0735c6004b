import { randomUUID } from 'node:crypto'
import {
  type EntriesOptions,
  type Generation,
  type GenerationInfo,
  type GenerationState,
  generationMissing,
  type PromoteOptions,
  type ReadModelTarget,
  type RowEntry,
  refuse,
} from '../../store/index.ts'
import { type Connection, type Reply, readScript } from './connection.ts'
import { type PlaceKeys, toGenerationKeys, toPlaceKeys } from './keys.ts'
import { RedisGeneration } from './redis-generation.ts'
import { toStoredRow } from './rows.ts'

export interface PlaceOptions {
  readonly prefix: string
  readonly log: string
  readonly readModel: string
}

type Operation = 'look' | 'live' | 'build' | 'hold' | 'release' | 'promote' | 'roll_back' | 'drop'
type Outcome = 'done' | 'missing' | 'behind' | 'live'

interface OperationOptions {
  readonly argument?: string
  readonly token?: string
  readonly evenBehind?: boolean
}

interface Answer {
  readonly outcome: Outcome
  readonly generations: readonly GenerationInfo[]
}

const PLACE = readScript('place')
const SWEEP = readScript('sweep')
const GET = readScript('get')
/** Rows that are removed by one script. */
const SWEEP_SIZE = 1_000
/** A page of events takes less; and for so long nothing is written where a process died over a swap. */
const LONGEST_HOLD_MS = 2_000

export class RedisTarget implements ReadModelTarget {
  readonly #connection: Connection
  readonly #place: PlaceOptions
  readonly #keys: PlaceKeys

  constructor(connection: Connection, place: PlaceOptions) {
    this.#connection = connection
    this.#place = place
    this.#keys = toPlaceKeys(place.prefix, place.log, place.readModel)
  }

  async generations(): Promise<readonly GenerationInfo[]> {
    return (await this.#operate('look')).generations
  }

  async live(fingerprint: string): Promise<Generation> {
    return this.#open(
      (await this.#operate('live', { argument: fingerprint })).generations,
      ({ state }) => state === 'live',
    )
  }

  async build(fingerprint: string): Promise<Generation> {
    return this.#open(
      (await this.#operate('build', { argument: fingerprint })).generations,
      ({ state }) => state === 'building',
    )
  }

  async generation(id: number): Promise<Generation> {
    const { generations } = await this.#operate('look')
    return this.#open(generations, (each) => each.id === id, `no generation ${id}`)
  }

  /**
   * The live one takes no writes while the other is brought as far as the log, so that this is soon, however many write.
   * Whether it has come as far is looked at in the swap itself: a hold that ran out costs another attempt, no more.
   */
  async promote(id: number, { evenBehind = false, catchUp }: PromoteOptions = {}): Promise<boolean> {
    const hold = randomUUID()
    await this.#operate('hold', { token: hold })
    try {
      await catchUp?.()
      const { outcome } = await this.#operate('promote', { argument: String(id), evenBehind })
      if (outcome === 'missing')
        throw generationMissing(this.#place.readModel, `no generation ${id} that is being built`)
      return outcome === 'done'
    } finally {
      await this.#operate('release', { token: hold })
    }
  }

  async rollBack(): Promise<void> {
    const { outcome } = await this.#operate('roll_back')
    if (outcome === 'missing') throw generationMissing(this.#place.readModel, 'no previous generation to go back to')
  }

  async drop(id: number): Promise<void> {
    const { outcome } = await this.#operate('drop', { argument: String(id) })
    if (outcome === 'live') refuse('id', `is ${id}, the live generation: make another one live first`)
  }

  async get(key: string): Promise<unknown> {
    const text = await this.#connection.run(GET, [this.#keys.place], [this.#keys.row, key])
    return typeof text === 'string' ? toStoredRow(text).row : undefined
  }

  /** Of the generation that is live when it begins: a swap in between does not mix the two. */
  async *entries(options: EntriesOptions = {}): AsyncGenerator<RowEntry> {
    const { generations } = await this.#operate('look')
    const live = generations.find(({ state }) => state === 'live')
    if (live !== undefined) yield* this.#toGeneration(live).entries(options)
  }

  /** What leads the keys of the live rows. */
  async keyPrefix(): Promise<string> {
    const live = await this.#connection.send(['HGET', this.#keys.place, 'live'])
    if (live === null) throw generationMissing(this.#place.readModel, 'no live generation yet')
    return `${this.#keys.row}${live}:`
  }

  async #operate(
    operation: Operation,
    { argument = '', token = randomUUID(), evenBehind = false }: OperationOptions = {},
  ): Promise<Answer> {
    const flags = [evenBehind ? '1' : '', this.#keys.progress, String(LONGEST_HOLD_MS)]
    const values = [operation, argument, token, ...flags]
    const reply = (await this.#connection.run(PLACE, [this.#keys.place], values)) as readonly Reply[]
    const [outcome, ...rest] = reply
    const [, ...dropped] = rest.at(-1) as readonly string[]
    // Also what an earlier process dropped, and did not come to remove.
    for (const id of dropped) await this.#sweep(Number(id))
    const generations = (rest.slice(0, -1) as unknown as readonly (readonly string[])[])
      .map(toInfo)
      .sort((a, b) => a.id - b.id)
    return { outcome: outcome as Outcome, generations }
  }

  async #sweep(id: number): Promise<void> {
    const { place, progress, keys, gone, quarantine, row } = this.#keysOf(id)
    const swept = [place, progress, keys, gone, quarantine]
    for (;;) {
      const reply = await this.#connection.run(SWEEP, swept, [String(id), row, String(SWEEP_SIZE)])
      if (reply === 1) return
    }
  }

  #open(
    generations: readonly GenerationInfo[],
    isIt: (generation: GenerationInfo) => boolean,
    missing = 'lost a generation while it was looked for',
  ): RedisGeneration {
    const found = generations.find(isIt)
    if (found === undefined) throw generationMissing(this.#place.readModel, missing)
    return this.#toGeneration(found)
  }

  #toGeneration({ id, fingerprint }: GenerationInfo): RedisGeneration {
    const { readModel } = this.#place
    return new RedisGeneration(this.#connection, { readModel, id, fingerprint, keys: this.#keysOf(id) })
  }

  #keysOf(id: number) {
    const { prefix, log, readModel } = this.#place
    return toGenerationKeys(prefix, log, readModel, id)
  }
}

function toInfo([state = '', id, fingerprint = '', createdAt, checkpoint]: readonly string[]): GenerationInfo {
  return {
    id: Number(id),
    state: state as GenerationState,
    fingerprint,
    checkpoint: Number(checkpoint),
    createdAt: new Date(Number(createdAt)),
  }
}
