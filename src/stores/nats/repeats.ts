/** Whether an append is recorded already: by an earlier attempt of ours, or of the caller's. */
import type { RecordedEvent } from '../../events/index.ts'
import type { Appended, PreparedWrite } from '../../store/index.ts'
import type { Head } from './heads.ts'
import type { LogStream } from './log-stream.ts'
import type { IdMarker, Request } from './plan.ts'
import type { Records } from './records.ts'

/** Where an event stands. */
interface EventAt {
  /** Of a message of its record. */
  readonly sequence: number
  readonly place: number
}

export interface RepeatSearch {
  readonly stream: LogStream
  readonly records: Records
}

/**
 * The answer to an attempt of ours whose answer was lost: as all attempts that were based on the same end of a stream,
 * it stands directly after that end, or nowhere.
 */
export async function findOwn(
  { stream, records }: RepeatSearch,
  request: Request,
  heads: ReadonlyMap<string, Head>,
): Promise<Appended | undefined> {
  const [write] = request.append.writes
  if (write === undefined) return undefined
  const from = (heads.get(write.stream)?.sequence ?? 0) + 1
  const message = await stream.get({ seq: from, next_by_subj: stream.subjects.ofStream(write.stream) })
  if (message === undefined) return undefined
  const appended = await readAppend({ stream, records }, request, { sequence: message.sequence, place: 0 })
  return appended && { ...appended, repeated: false }
}

/** The earlier attempt's result, if there was one at the same: the same ids, where this one would have put them. */
export async function findRepeated(search: RepeatSearch, request: Request): Promise<Appended | undefined> {
  const [id] = request.givenIds
  if (id === undefined || id !== request.append.writes[0]?.events[0]?.id) return undefined
  const at = await findById(search, request, id)
  return at && (await readAppend(search, request, at))
}

async function findById(search: RepeatSearch, { append }: Request, id: string): Promise<EventAt | undefined> {
  const { stream } = search
  if (!stream.connection.facts.hasBatches) return await findInStream(search, append.writes[0] as PreparedWrite, id)
  const message = await stream.get({ last_by_subj: stream.subjects.ofEventId(id) })
  if (message === undefined) return undefined
  const { ahead, place } = JSON.parse(Buffer.from(message.data).toString()) as IdMarker
  return { sequence: message.sequence + ahead, place }
}

/** Where ids are not marked, the stream is read through. */
async function findInStream(search: RepeatSearch, write: PreparedWrite, id: string): Promise<EventAt | undefined> {
  const { stream, records } = search
  const subject = stream.subjects.ofStream(write.stream)
  for (let from = 1; ; ) {
    const message = await stream.get({ seq: from, next_by_subj: subject })
    if (message === undefined) return undefined
    const record = await records.ending(message)
    const { sequence } = record
    const place = record.parsed.events.findIndex((event) => event.id === id)
    if (place !== -1) return { sequence, place }
    from = sequence + 1
  }
}

/** The events of the append, if they all stand there, one after the other and where it would have put them. */
async function readAppend(
  { stream, records }: RepeatSearch,
  { append }: Request,
  first: EventAt,
): Promise<Appended | undefined> {
  const found: RecordedEvent[] = []
  for (let { sequence, place } = first; found.length < append.eventCount; place = 0) {
    const message = await stream.get({ seq: sequence })
    if (message === undefined || !stream.subjects.holdsEvents(message.subject)) return undefined
    const record = await records.ending(message)
    found.push(...(await records.toEvents(record)).slice(place))
    sequence = record.sequence + 1
  }
  const events = found.slice(0, append.eventCount)
  const last = events.at(-1)
  if (last === undefined || !isSame(append.writes, events)) return undefined
  return {
    position: last.position,
    versions: Object.fromEntries(events.map((event) => [event.stream.name, event.version])),
    recordedAt: last.recordedAt,
    events,
    repeated: true,
  }
}

function isSame(writes: readonly PreparedWrite[], found: readonly RecordedEvent[]): boolean {
  let index = 0
  for (const { stream, expected, events } of writes) {
    const before = (found[index]?.version ?? 0) - 1
    if (typeof expected === 'number' && expected !== before) return false
    if (expected === 'none' && before !== 0) return false
    for (const { id } of events) {
      const event = found[index++]
      if (event?.id !== id || event.stream.name !== stream) return false
    }
  }
  return true
}
