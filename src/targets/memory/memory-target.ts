/** Keeps rows in this process: gone with it, and folded anew from the whole log at each start. */
import {
  type EntriesOptions,
  type Generation,
  type GenerationInfo,
  type GenerationState,
  generationMissing,
  type PromoteOptions,
  type ReadModelTarget,
  type ReadModelTargets,
  type RowEntry,
  refuse,
} from '../../store/index.ts'
import { KeptGeneration, MemoryGeneration } from './memory-generation.ts'

/** Read models in plain maps, for tests and for small models that every process holds by itself. */
export function memoryTargets(): ReadModelTargets {
  const targets = new Map<string, MemoryTarget>()
  return {
    isShared: false,
    isTransactional: true,
    async open(log, readModel) {
      const place = JSON.stringify([log, readModel])
      const target = targets.get(place) ?? new MemoryTarget(readModel)
      targets.set(place, target)
      return target
    },
  }
}

class MemoryTarget implements ReadModelTarget {
  readonly #readModel: string
  #generations: readonly KeptGeneration[] = []
  #lastId = 0

  constructor(readModel: string) {
    this.#readModel = readModel
  }

  async generations(): Promise<readonly GenerationInfo[]> {
    return this.#generations.flatMap((generation) => {
      const { id, state, fingerprint, createdAt } = generation
      return state === undefined ? [] : [{ id, state, fingerprint, createdAt, checkpoint: generation.checkpoint() }]
    })
  }

  async live(fingerprint: string): Promise<Generation> {
    return new MemoryGeneration(this.#find('live') ?? this.#add('live', fingerprint))
  }

  async build(fingerprint: string): Promise<Generation> {
    const begun = this.#find('building')
    if (begun?.fingerprint === fingerprint) return new MemoryGeneration(begun)
    this.#remove(begun)
    return new MemoryGeneration(this.#add('building', fingerprint))
  }

  async generation(id: number): Promise<Generation> {
    return new MemoryGeneration(this.#generations.find((each) => each.id === id) ?? this.#miss(`no generation ${id}`))
  }

  async promote(id: number, { evenBehind = false }: PromoteOptions = {}): Promise<boolean> {
    const building = this.#find('building')
    if (building?.id !== id) return this.#miss(`no generation ${id} that is being built`)
    const liveCheckpoint = this.#find('live')?.checkpoint() ?? 0
    if (liveCheckpoint > building.checkpoint() && !evenBehind) return false
    this.#remove(this.#find('previous'))
    this.#swap(building)
    return true
  }

  async rollBack(): Promise<void> {
    this.#swap(this.#find('previous') ?? this.#miss('no previous generation to go back to'))
  }

  async drop(id: number): Promise<void> {
    const found = this.#generations.find((each) => each.id === id)
    if (found?.state === 'live') refuse('id', `is ${id}, the live generation: make another one live first`)
    this.#remove(found)
  }

  async get(key: string): Promise<unknown> {
    const live = this.#find('live')
    return live === undefined ? undefined : await new MemoryGeneration(live).get(key)
  }

  async *entries(options: EntriesOptions = {}): AsyncGenerator<RowEntry> {
    const live = this.#find('live')
    if (live !== undefined) yield* new MemoryGeneration(live).entries(options)
  }

  #find(state: GenerationState): KeptGeneration | undefined {
    return this.#generations.find((each) => each.state === state)
  }

  #add(state: GenerationState, fingerprint: string): KeptGeneration {
    const generation = new KeptGeneration(++this.#lastId, fingerprint, state)
    this.#generations = [...this.#generations, generation]
    return generation
  }

  #remove(generation: KeptGeneration | undefined): void {
    if (generation === undefined) return
    generation.state = undefined
    this.#generations = this.#generations.filter((each) => each !== generation)
  }

  #swap(next: KeptGeneration): void {
    const live = this.#find('live')
    if (live !== undefined) live.state = 'previous'
    next.state = 'live'
  }

  #miss(problem: string): never {
    throw generationMissing(this.#readModel, problem)
  }
}
