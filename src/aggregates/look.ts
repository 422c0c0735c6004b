/** Looking at boundaries: their states as of one position of the log, up to which all of their events have been seen. */
import { storedTypes } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'
import type { AnyBoundaryOf } from './boundary.ts'

/** What has been seen of a boundary. */
export interface Seen {
  readonly state: unknown
  /** The position up to which the log has been looked at. */
  readonly upTo: number
  /** Of the last event that the boundary covers: 0 when there is none. */
  readonly position: number
}

export interface Look {
  readonly log: EventLog
  readonly boundaries: readonly AnyBoundaryOf[]
  readonly signal: AbortSignal | undefined
}

/**
 * What the boundaries cover now, all of them as of the same position. Of one that was seen before, only what is new is
 * read.
 */
export async function look(
  { log, boundaries, signal }: Look,
  before: readonly (Seen | undefined)[],
): Promise<readonly Seen[]> {
  // Asked first: what comes while the boundaries are read is beyond it for each of them.
  const upTo = await log.head()
  const looks = boundaries.map((of, place) => lookAtNew(log, of, toStart(of, before[place], upTo), { upTo, signal }))
  return await Promise.all(looks)
}

/** A log that has become shorter is another one: it was restored, and what was seen of it is no longer so. */
function toStart({ boundary }: AnyBoundaryOf, before: Seen | undefined, head: number): Seen {
  if (before !== undefined && before.upTo <= head) return before
  return { state: boundary.initial, upTo: 0, position: 0 }
}

async function lookAtNew(
  log: EventLog,
  { boundary, tags }: AnyBoundaryOf,
  before: Seen,
  { upTo, signal }: { readonly upTo: number; readonly signal: AbortSignal | undefined },
): Promise<Seen> {
  let { state, position } = before
  if (before.upTo === upTo) return before
  const filter = { types: storedTypes(boundary.events), tags, after: before.upTo, upTo }
  for await (const event of log.read({ ...filter, ...(signal === undefined ? {} : { signal }) })) {
    state = boundary.apply(state, event)
    position = event.position
  }
  return { state, upTo, position }
}
