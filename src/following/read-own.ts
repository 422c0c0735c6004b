/**
 * History for one follower. By a filter of its types where these are few: what is of other types is not even read. Where
 * they are most of the log, the whole of it is read, which costs much less for each event, and the others are left out
 * here. Which of the two, each page says for the next: an event for every so many positions.
 */
import type { RecordedEvent } from '../events/index.ts'
import type { EventLog, Partition } from '../store/index.ts'

export interface OwnSpan {
  /** Of these streams alone. */
  readonly partition?: Partition
  readonly types: readonly string[]
  readonly after: number
  readonly upTo: number
  readonly signal: AbortSignal
}

/** A filtered read costs some three times as much an event: from here on the whole log is cheaper. */
const DENSE = 0.4
/** Below this it is not; far enough from the other, so that it does not go back and forth. */
const SPARSE = 0.15

/** Pages of own events, in order; none is empty. */
export async function* readOwn(log: EventLog, span: OwnSpan): AsyncGenerator<readonly RecordedEvent[]> {
  let stretch: Stretch | undefined = { after: span.after, isDense: false }
  while (stretch !== undefined) stretch = yield* readStretch(log, span, stretch)
}

interface Stretch {
  readonly after: number
  readonly isDense: boolean
}

/** As far as it is read in one way; gives how it goes on, or nothing at the end. */
async function* readStretch(
  log: EventLog,
  { types, partition, upTo, signal }: OwnSpan,
  { after, isDense }: Stretch,
): AsyncGenerator<readonly RecordedEvent[], Stretch | undefined> {
  const isOwn = new Set(types)
  const filter = { ...(isDense ? {} : { types }), ...(partition && { partition }) }
  const shares = partition?.count ?? 1
  let position = after
  for await (const page of log.read({ ...filter, after, upTo, signal }).batches()) {
    const own: readonly RecordedEvent[] = isDense ? page.filter(({ type }) => isOwn.has(type)) : page
    const last = page.at(-1)?.position ?? position
    const density = (own.length * shares) / (last - position)
    position = last
    if (own.length > 0) yield own
    if (density > (isDense ? SPARSE : DENSE) !== isDense) return { after: position, isDense: !isDense }
  }
  return undefined
}
