/** From what a store answered to what the caller gets: also when the first event, or the command, was recorded before. */
import type { RecordedEvent } from '../events/index.ts'
import { type FoundCommand, type Member, type Outcome, toRecorded } from './append-outcome.ts'
import type { PreparedAppend, PreparedWrite } from './append-request.ts'
import { boundaryConflict, eventIdTaken, versionConflict } from './conflicts.ts'
import type { Appended } from './port.ts'

/** What has to be asked of the log when an append was not simply recorded. */
export interface RepeatLookups {
  readonly log: string
  /** In the order of positions. */
  eventsById(ids: readonly string[]): Promise<readonly RecordedEvent[]>
  streamVersion(stream: string): Promise<number>
  command(id: string): Promise<FoundCommand>
  head(): Promise<number>
}

/** @throws `version-conflict`, `boundary-conflict`, `event-id-taken` */
export async function toAppended(lookups: RepeatLookups, member: Member, outcome: Outcome): Promise<Appended> {
  const { append, mayBeRepeat } = member
  if (outcome.kind === 'recorded') return toRecorded(append, outcome)
  if (outcome.kind === 'command-known') {
    return await toEarlier(lookups, outcome.found ?? (await lookups.command(append.command?.id as string)))
  }
  // The look for the first event comes too early for an attempt that was in the same group.
  const repeated = mayBeRepeat || outcome.kind === 'first-event-known' ? await findRepeated(lookups, append) : undefined
  if (repeated !== undefined) return repeated
  const { log } = lookups
  switch (outcome.kind) {
    case 'version-conflict':
      throw versionConflict(log, outcome.stream, outcome.expected, outcome.actual)
    case 'boundary-conflict':
      throw boundaryConflict(log, Math.min(...append.boundaries.map(({ after }) => after)), outcome.position)
    case 'event-id-taken':
      throw eventIdTaken(log, outcome.id)
    case 'first-event-known':
      throw await toRefusal(lookups, append)
  }
}

/** The earlier attempt's result, if there was one at the same: the same ids, where this one would have put them. */
async function findRepeated(lookups: RepeatLookups, append: PreparedAppend): Promise<Appended | undefined> {
  const events = await lookups.eventsById(append.writes.flatMap((write) => write.events.map(({ id }) => id)))
  const last = events.at(-1)
  if (last === undefined || !isSameAppend(append.writes, events)) return undefined
  return {
    position: last.position,
    versions: Object.fromEntries(events.map(({ stream, version }) => [stream.name, version])),
    recordedAt: last.recordedAt,
    events,
    repeated: true,
  }
}

/** `found` is in the order of positions. */
function isSameAppend(writes: readonly PreparedWrite[], found: readonly RecordedEvent[]): boolean {
  const first = found[0]?.position ?? 0
  let place = 0
  for (const { stream, expected, events } of writes) {
    const before = (found[place]?.version ?? 0) - 1
    if (typeof expected === 'number' && expected !== before) return false
    if (expected === 'none' && before !== 0) return false
    for (const { id } of events) {
      const event = found[place]
      if (event?.id !== id || event.stream.name !== stream || event.position !== first + place) return false
      place++
    }
  }
  return true
}

/** Why an append whose first event is known, but which is no repeat, is refused. */
async function toRefusal({ log, streamVersion }: RepeatLookups, append: PreparedAppend): Promise<Error> {
  for (const { stream, expected } of append.writes) {
    if (expected === 'any') continue
    const actual = await streamVersion(stream)
    const isMet = expected === 'exists' ? actual > 0 : actual === (expected === 'none' ? 0 : expected)
    if (!isMet) return versionConflict(log, stream, expected, actual)
  }
  return eventIdTaken(log, append.writes[0]?.events[0]?.id)
}

/** The record of the command that had this id first. */
async function toEarlier(lookups: RepeatLookups, { record, recordedAt }: FoundCommand): Promise<Appended> {
  const position = await lookups.head()
  return { position, versions: {}, recordedAt, events: [], repeated: false, earlierCommand: record }
}
