/** Stored events of one sort to try the code on: the first, the last, and some between, found by an index. */
import type { RecordedEvent } from '../events/index.ts'
import type { EventLog, TypeInfo } from '../store/index.ts'

export interface Sampling {
  readonly log: Pick<EventLog, 'read'>
  readonly info: TypeInfo
  /** How many at the most. */
  readonly size: number
  readonly signal: AbortSignal | undefined
}

/** Other versions and categories may lie between: so far a search goes on for one of the sort. */
const SEARCHED_EVENTS = 50

/** By position, each once. */
export async function* sampleEvents(sampling: Sampling): AsyncGenerator<RecordedEvent> {
  const { info, size } = sampling
  if (size <= 0) return
  if (info.events <= size) return yield* readAll(sampling)
  let last = 0
  for (const position of toPositions(info, size)) {
    const event = await findFrom(sampling, Math.max(position, last + 1))
    if (event === undefined) continue
    last = event.position
    yield event
  }
}

/** Evenly spread from the first to the last. */
function toPositions({ firstPosition, lastPosition }: TypeInfo, size: number): readonly number[] {
  if (size === 1) return [firstPosition]
  const step = (lastPosition - firstPosition) / (size - 1)
  return Array.from({ length: size }, (_, place) => Math.round(firstPosition + place * step))
}

async function findFrom({ log, info, signal }: Sampling, position: number): Promise<RecordedEvent | undefined> {
  const span = { after: position - 1, upTo: info.lastPosition, limit: SEARCHED_EVENTS }
  const events = await log.read({ types: [info.type], ...span, ...(signal === undefined ? {} : { signal }) }).toArray()
  return events.find((event) => isOfSort(info, event))
}

async function* readAll({ log, info, signal }: Sampling): AsyncGenerator<RecordedEvent> {
  const span = { after: info.firstPosition - 1, upTo: info.lastPosition }
  const events = log.read({ types: [info.type], ...span, ...(signal === undefined ? {} : { signal }) })
  for await (const event of events) if (isOfSort(info, event)) yield event
}

function isOfSort({ schemaVersion, category }: TypeInfo, event: RecordedEvent): boolean {
  return event.schemaVersion === schemaVersion && event.stream.category === category
}
