/** Looking at boundaries: their states as of one position of the log, up to which all of their events have been seen. */
import { storedTypes } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'
import type { AnyBoundaryOf } from './boundary.ts'

export interface Seen {
  /** Of each boundary. */
  readonly states: readonly unknown[]
  /** The position up to which the log has been looked at. */
  readonly upTo: number
  /** Of the last event that any of the boundaries covers: 0 when there is none. */
  readonly position: number
}

export interface Look {
  readonly log: EventLog
  readonly boundaries: readonly AnyBoundaryOf[]
  readonly signal: AbortSignal | undefined
}

/** What the boundaries cover now; given what was seen before, only what is new is read. */
export async function look(looking: Look, before?: Seen): Promise<Seen> {
  const { log, boundaries } = looking
  const seen = before ?? { states: boundaries.map(({ boundary }) => boundary.initial), upTo: 0, position: 0 }
  // Asked first: what comes while the boundaries are read is beyond it for each of them.
  const upTo = await log.head()
  if (upTo === seen.upTo) return seen
  const folded = await Promise.all(boundaries.map((_, place) => foldNew(looking, place, { ...seen, upTo }, seen.upTo)))
  return {
    states: folded.map(({ state }) => state),
    upTo,
    position: Math.max(seen.position, ...folded.map(({ position }) => position)),
  }
}

async function foldNew({ log, boundaries, signal }: Look, place: number, { states, upTo }: Seen, after: number) {
  const { boundary, tags } = boundaries[place] as AnyBoundaryOf
  const types = storedTypes(boundary.events)
  let state = states[place]
  let position = 0
  const reader = log.read({ types, tags, after, upTo, ...(signal === undefined ? {} : { signal }) })
  for await (const event of reader) {
    state = boundary.apply(state, event)
    position = event.position
  }
  return { state, position }
}
