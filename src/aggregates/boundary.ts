/**
 * A boundary: the events of some types that carry some tags, wherever in the log they stand, and how they become state.
 * A rule that concerns no single stream, such as that an address is taken once, is decided within boundaries, and holds
 * because nothing that they cover can be recorded between the look and the append.
 */
import {
  type AnyEventDefinition,
  brokenDefinition,
  freezeDeep,
  type GivesKnown,
  type RecordedEvent,
  type RecordedOf,
  toRead,
} from '../events/index.ts'
import { refuse } from '../store/index.ts'
import type { Evolve } from './aggregate.ts'
import { type EvolveByType, evolveBy } from './evolve.ts'

/** Any boundary's definition, as far as folding goes. */
export interface AnyBoundary {
  readonly name: string
  readonly events: readonly AnyEventDefinition[]
  /** The state before the first event. */
  readonly initial: unknown
  /** The event in today's shape, which may be several, or none. */
  read(recorded: RecordedEvent): readonly RecordedEvent[]
  apply(state: unknown, recorded: RecordedEvent): unknown
}

/** A boundary for one key: `SeatsOf('databases')`. */
export interface BoundaryOf<State, Definition extends AnyEventDefinition> {
  readonly boundary: AnyBoundary & { readonly events: readonly Definition[]; readonly initial: State }
  /** All of which an event must carry. */
  readonly tags: readonly string[]
}

export type AnyBoundaryOf = BoundaryOf<unknown, AnyEventDefinition>

export interface BoundaryDefinition<Key, State, Definitions extends readonly AnyEventDefinition[]> extends AnyBoundary {
  (key: Key): BoundaryOf<State, Definitions[number]>
  readonly name: string
  readonly events: Definitions
  readonly initial: State

  /**
   * The state after one more event within it, which may be stored in an older shape.
   * @throws `unreadable-event` for an event that the boundary does not have
   */
  apply(state: State, recorded: RecordedEvent): State
}

export interface BoundaryOptions<Key, State, Definitions extends readonly AnyEventDefinition[]> {
  /** What it looks at; other events are outside. */
  readonly events: Definitions
  /** The tags that such an event carries, all of them, from the key: `(course) => ['course:' + course]`. */
  readonly tags: (key: Key) => readonly string[]
  /** The state before the first event; it is frozen. Say `as Seats` where the literal says too little. */
  readonly initial: State
}

/**
 * Defines a boundary; `.evolve({ … })` completes it.
 *
 * @param name For messages: what it keeps.
 * @throws `invalid-argument` for two events of one type, or none
 * @example
 * const SeatsOf = boundary('seats', {
 *   events: [CourseOffered, StudentEnrolled],
 *   tags: (course: string) => [`course:${course}`],
 *   initial: { capacity: 0, taken: 0 },
 * }).evolve({
 *   CourseOffered: (seats, { capacity }) => ({ ...seats, capacity }),
 *   StudentEnrolled: (seats) => ({ ...seats, taken: seats.taken + 1 }),
 * })
 */
export function boundary<Key, State, const Definitions extends readonly AnyEventDefinition[]>(
  name: string,
  options: BoundaryOptions<Key, State, Definitions>,
): {
  evolve<Functions extends Evolve<State, Definitions[number]>>(
    evolve: Functions & GivesKnown<Functions, State, Definitions[number]['type']>,
  ): BoundaryDefinition<Key, State, Definitions>
} {
  if (options.events.length === 0) refuse('events', `are none in the boundary ${name}; it would see nothing`)
  const read = toRead<Definitions[number]>(options.events)
  return { evolve: (evolve) => complete(name, options, { read, evolve }) }
}

interface Fold<State, Definitions extends readonly AnyEventDefinition[]> {
  readonly read: (recorded: RecordedEvent) => readonly RecordedOf<Definitions[number]>[]
  readonly evolve: Evolve<State, Definitions[number]>
}

function complete<Key, State, Definitions extends readonly AnyEventDefinition[]>(
  name: string,
  { events, tags, initial }: BoundaryOptions<Key, State, Definitions>,
  fold: Fold<State, Definitions>,
): BoundaryDefinition<Key, State, Definitions> {
  // The compiler knows the entries one by one; here they are looked up by a type that only the event knows.
  const evolve = fold.evolve as unknown as EvolveByType<State>
  const missing = events.find(({ type, isRetired }) => !isRetired && typeof evolve[type] !== 'function')
  if (missing !== undefined) throw brokenDefinition(`The boundary ${name}`, `has no evolve entry for ${missing.type}`)
  const definition = {
    events,
    initial: freezeDeep(initial),
    read: fold.read,
    apply(state: State, recorded: RecordedEvent): State {
      const definition = `The boundary ${name}`
      return fold.read(recorded).reduce((before, event) => evolveBy(definition, evolve, before, event), state)
    },
  }
  const of = (key: Key): BoundaryOf<State, Definitions[number]> => ({ boundary: whole, tags: [...new Set(tags(key))] })
  const whole = Object.defineProperty(Object.assign(of, definition), 'name', { value: name })
  return whole
}
