/** What an append is answered with when its first event, or its command, turns out to be recorded already. */
import type { RecordedEvent } from '../../events/index.ts'
import {
  type Appended,
  eventIdTaken,
  type PreparedAppend,
  type PreparedWrite,
  versionConflict,
} from '../../store/index.ts'
import { uuidArray } from './binary-arrays.ts'
import type { Session } from './database.ts'
import { decodeEvent } from './decode-event.ts'
import { statement } from './statements.ts'

/** The earlier attempt's result, if there was one at the same: the same ids, where this one would have put them. */
export async function findRepeated(
  session: Session,
  log: string,
  append: PreparedAppend,
): Promise<Appended | undefined> {
  const ids = append.writes.flatMap(({ events }) => events.map(({ id }) => id))
  const rows = await session.query(statement('events-by-id'), [log, uuidArray(ids)])
  const events = rows.map(decodeEvent)
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
export async function toRefusal(session: Session, log: string, append: PreparedAppend): Promise<Error> {
  for (const { stream, expected } of append.writes) {
    if (expected === 'any') continue
    const [row] = await session.query(statement('stream-version'), [log, stream])
    const actual = Number(row?.[0] ?? 0)
    const isMet = expected === 'exists' ? actual > 0 : actual === (expected === 'none' ? 0 : expected)
    if (!isMet) return versionConflict(log, stream, expected, actual)
  }
  return eventIdTaken(log, append.writes[0]?.events[0]?.id)
}

/** The record of the command that had this id first. */
export async function findCommand(session: Session, log: string, append: PreparedAppend): Promise<Appended> {
  const id = append.command?.id as string
  const [row] = await session.query(statement('command-by-id'), [log, id])
  const [head] = await session.query(statement('head'), [log])
  const [digest, result, recordedAtMs] = row as readonly string[]
  return {
    position: Number(head?.[0] ?? 0),
    versions: {},
    recordedAt: new Date(Math.round(Number(recordedAtMs))),
    events: [],
    repeated: false,
    earlierCommand: { id, digest: digest as string, result: JSON.parse(result as string) },
  }
}
