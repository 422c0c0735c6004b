import type { AnyAggregate, LoadAggregate, StateOf } from '../aggregates/index.ts'
import { type EventLog, refuse } from '../store/index.ts'

/** A point in the history of one aggregate; now, when nothing is given. Give one of them. */
export interface Point {
  /** Everything recorded at or before this time. */
  readonly at?: Date
  /** Everything up to and with this version of the stream. */
  readonly version?: number
  /** Everything up to and with this position of the log. */
  readonly position?: number
  readonly signal?: AbortSignal
}

/** An aggregate as it stood at some point. */
export interface AggregateAt<State> {
  readonly state: State
  /** Of the last event included: 0 when there is none. */
  readonly version: number
  /** Of the last event included: 0 when there is none. */
  readonly position: number
}

/** A log, and how aggregates are loaded from it. */
export interface LoadAtContext {
  readonly log: EventLog
  readonly load: LoadAggregate
}

/** @throws `invalid-argument`, `unreadable-event` */
export async function loadAt<Definition extends AnyAggregate>(
  { log, load }: LoadAtContext,
  definition: Definition,
  id: string,
  point: Point = {},
): Promise<AggregateAt<StateOf<Definition>>> {
  const { at, version: toVersion, signal } = point
  if ([at, toVersion, point.position].filter((given) => given !== undefined).length > 1) {
    refuse('point', 'holds more than one of at, version and position')
  }
  const toPosition = at === undefined ? point.position : await log.positionAt(at)
  const { state, version, position } = await load(log, definition, id, { toVersion, toPosition, signal })
  // Loading gives the state of the definition that it is given.
  return { state: state as StateOf<Definition>, version, position }
}
