/** Which generations a read model has, as one document of the control index; and how it changes, as pure functions. */
import { randomUUID } from 'node:crypto'
import { type GenerationState, generationMissing, refuse } from '../../store/index.ts'

export interface Registry {
  /** Of the newest generation that ever was. */
  readonly lastId: number
  readonly generations: readonly Entry[]
  /** Of whoever is about to swap: until then the live generation takes no writes. Absent otherwise. */
  readonly hold?: string
}

export interface Entry {
  readonly id: number
  readonly state: GenerationState
  readonly fingerprint: string
  /** ISO 8601. */
  readonly createdAt: string
  /** Stands in the mapping of its index too, so that no other index is taken for it. */
  readonly token: string
  /** Its index was made: where there is none, somebody else has deleted it. */
  readonly isMade: boolean
}

export function findByState({ generations }: Registry, state: GenerationState): Entry | undefined {
  return generations.find((each) => each.state === state)
}

export function findById({ generations }: Registry, id: number): Entry | undefined {
  return generations.find((each) => each.id === id)
}

/** With a live one, in any case. */
export function withLive(registry: Registry, fingerprint: string): Registry {
  return findByState(registry, 'live') === undefined ? withNew(registry, 'live', fingerprint) : registry
}

/** With one that the fingerprint is building, and no other that is being built. */
export function withBuilding(registry: Registry, fingerprint: string): Registry {
  const begun = findByState(registry, 'building')
  if (begun?.fingerprint === fingerprint) return registry
  return withNew(without(registry, begun), 'building', fingerprint)
}

function withNew({ lastId, generations }: Registry, state: GenerationState, fingerprint: string): Registry {
  const id = lastId + 1
  const entry = { id, state, fingerprint, createdAt: new Date().toISOString(), token: randomUUID(), isMade: false }
  return { lastId: id, generations: [...generations, entry] }
}

export function withMade(registry: Registry, id: number): Registry {
  return map(registry, (each) => (each.id === id ? { ...each, isMade: true } : each))
}

export function withHold(registry: Registry, hold: string): Registry {
  return { ...registry, hold }
}

/** As it is where somebody else's hold came after it. */
export function released(registry: Registry, hold: string): Registry {
  return registry.hold === hold ? withoutHold(registry) : registry
}

function withoutHold({ lastId, generations }: Registry): Registry {
  return { lastId, generations }
}

/** @throws `generation-missing` */
export function promoted(registry: Registry, readModel: string, id: number): Registry {
  const building = findByState(registry, 'building')
  if (building?.id !== id) throw generationMissing(readModel, `no generation ${id} that is being built`)
  return withoutHold(swapped(without(registry, findByState(registry, 'previous')), building))
}

/** @throws `generation-missing` */
export function rolledBack(registry: Registry, readModel: string): Registry {
  const previous = findByState(registry, 'previous')
  if (previous === undefined) throw generationMissing(readModel, 'no previous generation to go back to')
  return swapped(registry, previous)
}

/** @throws `invalid-argument` for the live one */
export function dropped(registry: Registry, id: number): Registry {
  const found = findById(registry, id)
  if (found?.state === 'live') refuse('id', `is ${id}, the live generation: make another one live first`)
  return without(registry, found)
}

function swapped(registry: Registry, next: Entry): Registry {
  return map(registry, (each) => {
    if (each.id === next.id) return { ...each, state: 'live' }
    return each.state === 'live' ? { ...each, state: 'previous' } : each
  })
}

function without(registry: Registry, entry: Entry | undefined): Registry {
  if (entry === undefined) return registry
  return { ...registry, generations: registry.generations.filter((each) => each.id !== entry.id) }
}

function map(registry: Registry, change: (entry: Entry) => Entry): Registry {
  return { ...registry, generations: registry.generations.map(change) }
}
