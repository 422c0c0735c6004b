import type { EncodedEvent } from '../../events/index.ts'
import type { PreparedAppend, PreparedBoundary, PreparedCondition, PreparedWrite } from '../append-request.ts'
import { boundaryConflict, eventIdTaken, versionConflict } from '../conflicts.ts'
import type { CommandRecord } from '../keepsakes.ts'
import { matchesTerms } from '../matches.ts'
import type { Appended, ExpectedVersion } from '../port.ts'
import { type Book, type StoredEvent, toRecorded } from './book.ts'
import { findCommand } from './commands.ts'

/**
 * Judges one append, then writes it: nothing changes before the last check has passed. A repeat is looked for before
 * versions and boundaries, which its own first attempt has moved.
 */
export function appendTo(book: Book, log: string, append: PreparedAppend): Appended {
  const earlierCommand = append.command === undefined ? undefined : findCommand(book, append.command.id)
  if (earlierCommand !== undefined) return { ...wroteNothing(book), earlierCommand }
  const repeated = findRepeated(book, append.writes)
  if (repeated !== undefined) return toAppended(book, repeated, true)
  assertVersions(book, log, [...append.writes, ...append.conditions])
  for (const boundary of append.boundaries) assertBoundary(book, log, boundary)
  assertNewIds(
    book,
    log,
    append.writes.flatMap((write) => write.events),
  )
  return write(book, append)
}

function write(book: Book, append: PreparedAppend): Appended {
  const now = book.now()
  const written = append.writes.flatMap(({ stream, events }) => events.map((event) => book.write(stream, event, now)))
  if (append.command !== undefined) keepCommand(book, append.command, now)
  return toAppended(book, written, false)
}

function toAppended(book: Book, events: readonly StoredEvent[], repeated: boolean): Appended {
  const last = events.at(-1)
  if (last === undefined) return wroteNothing(book)
  return {
    position: last.position,
    versions: Object.fromEntries(events.map((event) => [event.stream.name, event.version])),
    recordedAt: new Date(last.recordedAtMs),
    events: events.map(toRecorded),
    repeated,
  }
}

function wroteNothing(book: Book): Appended {
  return { position: book.head, versions: {}, recordedAt: new Date(book.now()), events: [], repeated: false }
}

function keepCommand(book: Book, command: CommandRecord, recordedAtMs: number): void {
  book.commands.set(command.id, { digest: command.digest, result: JSON.stringify(command.result), recordedAtMs })
}

/** The events of an earlier attempt at these writes: the same ids, where this attempt would have put them. */
function findRepeated(book: Book, writes: readonly PreparedWrite[]): StoredEvent[] | undefined {
  const found: StoredEvent[] = []
  for (const write of writes) {
    const stored = findWrite(book, write)
    if (stored === undefined) return undefined
    found.push(...stored)
  }
  return found.length === 0 ? undefined : found
}

function findWrite(book: Book, { stream, expected, events }: PreparedWrite): readonly StoredEvent[] | undefined {
  const first = book.byId.get((events[0] as EncodedEvent).id)
  if (first === undefined) return undefined
  const before = first.version - 1
  if (typeof expected === 'number' && expected !== before) return undefined
  if (expected === 'none' && before !== 0) return undefined
  const stored = book.streams.get(stream)?.slice(before, before + events.length) ?? []
  const same = stored.length === events.length && stored.every((event, place) => event.id === events[place]?.id)
  return same ? stored : undefined
}

function assertVersions(book: Book, log: string, conditions: readonly PreparedCondition[]): void {
  for (const { stream, expected } of conditions) {
    const actual = book.versionOf(stream)
    if (!isMet(expected, actual)) throw versionConflict(log, stream, expected, actual)
  }
}

function isMet(expected: ExpectedVersion, actual: number): boolean {
  if (expected === 'any') return true
  if (expected === 'exists') return actual > 0
  return actual === (expected === 'none' ? 0 : expected)
}

function assertBoundary(book: Book, log: string, { types, tags, after }: PreparedBoundary): void {
  for (let place = after; place < book.head; place++) {
    const event = book.events[place] as StoredEvent
    if (matchesTerms(event, types, tags)) throw boundaryConflict(log, after, event.position)
  }
}

/** @throws `event-id-taken` for an id that stands in the log, or is given twice. */
export function assertNewIds(book: Book, log: string, events: readonly EncodedEvent[]): void {
  const ids = new Set<string>()
  for (const { id } of events) {
    if (book.byId.has(id) || ids.has(id)) throw eventIdTaken(log, id)
    ids.add(id)
  }
}
