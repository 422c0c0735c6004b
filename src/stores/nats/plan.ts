/**
 * An append as the messages that it becomes, in this order, all of them stored or none:
 *
 *     the command, if it has one           its subject must be empty
 *     a marker for each id that was given  its subject must be empty
 *     a note for each condition            the stream that it is about must end where it was seen to end
 *     the records of each stream           the stream must end where it was seen to end
 */
import type { EncodedEvent } from '../../events/index.ts'
import { notSupported, type PreparedAppend, type PreparedWrite, refuse } from '../../store/index.ts'
import { commandKey, type Head, NO_HEAD } from './heads.ts'
import type { Draft, LogStream } from './log-stream.ts'
import { EVENTS_PER_RECORD, encodeRecord, type RecordHead, toMessages } from './record.ts'

/** What JetStream takes in one batch. */
const MAX_MESSAGES = 1_000

/** An append, and what is known of it beside its events. */
export interface Request {
  readonly append: PreparedAppend
  /** The ids of its events that the caller gave. */
  readonly givenIds: readonly string[]
  /** Tells this append's command from a repeat of it. */
  readonly token: string
}

export interface Plan {
  readonly drafts: readonly Draft[]
  readonly heads: ReadonlyMap<string, Head>
  readonly floorMs: number
  /** By event, in order: the place of its record's last message among the drafts, and its own in the record. */
  readonly places: readonly EventPlace[]
}

export interface EventPlace {
  readonly draft: number
  readonly place: number
}

/** What the marker of an event id says: how many messages after it the record ends, and the event's place in it. */
export interface IdMarker {
  readonly ahead: number
  readonly place: number
}

/** What is kept of a command. */
export interface CommandMarker {
  readonly id: string
  readonly digest: string
  readonly result: unknown
  /** Tells the append that it came with from a repeat. */
  readonly append: string
  /** How many messages after it the append's first record ends. Absent when it came without events. */
  readonly ahead?: number
}

export interface PlanOptions {
  readonly heads: ReadonlyMap<string, Head>
  readonly floorMs: number
}

/** @throws `not-supported`, `invalid-argument` */
export function toPlan(stream: LogStream, request: Request, { heads, floorMs }: PlanOptions): Plan {
  const records = layOutRecords(stream, request.append.writes, { heads, floorMs })
  const ids = markedIds(stream, request)
  const conditions = conditionDrafts(stream, request.append, heads)
  const commands = request.append.command === undefined ? 0 : 1
  const first = commands + conditions.length + ids.length
  // The command itself comes first of all.
  const ahead = records.firstEnd === undefined ? undefined : first + records.firstEnd
  const before = [...commandDrafts(stream, request, heads, ahead), ...conditions]
  const byId = new Map(request.append.writes.flatMap(({ events }) => events).map(({ id }, index) => [id, index]))
  const markers = ids.map((id, index) => {
    const { draft, place } = records.places[byId.get(id) as number] as EventPlace
    const marker: IdMarker = { ahead: first + draft - (before.length + index), place }
    return { subject: stream.subjects.ofEventId(id), data: JSON.stringify(marker), expected: 0 }
  })
  const drafts = [...before, ...markers, ...records.drafts]
  assertSize(stream, drafts)
  return { drafts, heads, floorMs, places: records.places.map(({ draft, place }) => ({ draft: first + draft, place })) }
}

interface Layout {
  readonly drafts: readonly Draft[]
  readonly places: readonly EventPlace[]
  /** Where the first record ends. */
  readonly firstEnd: number | undefined
}

/** A record to be. */
interface Piece {
  readonly subject: string
  readonly version: number
  readonly events: readonly EncodedEvent[]
  readonly expected?: number
}

function layOutRecords(stream: LogStream, writes: readonly PreparedWrite[], options: PlanOptions): Layout {
  const pieces = writes.flatMap((write) => toPieces(stream, write, options.heads))
  const counts = countMessages(stream, pieces, options.floorMs)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const drafts: Draft[] = []
  const places: EventPlace[] = []
  let firstEnd: number | undefined
  for (const [index, piece] of pieces.entries()) {
    const end = drafts.length + (counts[index] as number)
    const rest = pieces.length > 1 && end < total ? total - end : undefined
    const behind = firstEnd === undefined ? undefined : drafts.length - firstEnd
    const [first, ...others] = cut(stream, piece, { floorMs: options.floorMs, behind, rest })
    const { subject, expected } = piece
    drafts.push({ subject, data: first as string, ...(expected === undefined ? {} : { expected }) })
    drafts.push(...others.map((data) => ({ subject, data })))
    firstEnd ??= drafts.length - 1
    for (let place = 0; place < piece.events.length; place++) places.push({ draft: drafts.length - 1, place })
  }
  return { drafts, places, firstEnd }
}

/** The server looks at a subject's first message of a batch alone. */
function toPieces({ subjects }: LogStream, { stream, events }: PreparedWrite, heads: PlanOptions['heads']): Piece[] {
  const { version, sequence } = heads.get(stream) ?? NO_HEAD
  const subject = subjects.ofStream(stream)
  const pieces: Piece[] = []
  for (let done = 0; done < events.length; done += EVENTS_PER_RECORD) {
    const part = events.slice(done, done + EVENTS_PER_RECORD)
    pieces.push({ subject, version: version + done + 1, events: part, ...(done === 0 ? { expected: sequence } : {}) })
  }
  return pieces
}

/** Into how many messages each record is cut. */
function countMessages(stream: LogStream, pieces: readonly Piece[], floorMs: number): readonly number[] {
  if (pieces.length === 1) return pieces.map((piece) => cut(stream, piece, { floorMs }).length)
  return pieces.map((piece, index) => {
    const behind = index === 0 ? undefined : 0
    const rest = index === pieces.length - 1 ? undefined : 0
    return cut(stream, piece, { floorMs, behind, rest }).length
  })
}

function cut({ maxMessageBytes }: LogStream, { version, events }: Piece, head: Omit<RecordHead, 'version'>) {
  const versions = { first: version, last: version + events.length - 1 }
  return toMessages(encodeRecord({ ...head, version }, events), versions, maxMessageBytes)
}

/** Without batches ids cannot be marked together with their events. */
function markedIds({ connection }: LogStream, { givenIds }: Request): readonly string[] {
  return connection.facts.hasBatches ? givenIds : []
}

function commandDrafts(
  { subjects }: LogStream,
  { append, token }: Request,
  heads: PlanOptions['heads'],
  ahead: number | undefined,
): Draft[] {
  if (append.command === undefined) return []
  const { id, digest, result } = append.command
  const marker: CommandMarker = { id, digest, result, append: token, ...(ahead === undefined ? {} : { ahead }) }
  const expected = heads.get(commandKey(id))?.sequence ?? 0
  return [{ subject: subjects.ofCommand(id), data: JSON.stringify(marker), expected }]
}

/** A stream that exists goes on existing, and any stream will do for `any`: those need no note. */
function conditionDrafts(
  { subjects }: LogStream,
  { conditions }: PreparedAppend,
  heads: PlanOptions['heads'],
): Draft[] {
  const binding = conditions.filter(({ expected }) => expected !== 'any' && expected !== 'exists')
  return binding.map(({ stream }) => {
    const { sequence, version } = heads.get(stream) ?? NO_HEAD
    const data = JSON.stringify({ stream, version })
    return { subject: subjects.watched, data, expected: sequence, expectedSubject: subjects.ofStream(stream) }
  })
}

function assertSize({ connection }: LogStream, drafts: readonly Draft[]): void {
  if (drafts.length > 1 && !connection.facts.hasBatches) {
    const { version, maxPayload } = connection.facts
    const wanted =
      'an append of several messages: to several streams, on conditions, with a command id, of more than ' +
      `${EVENTS_PER_RECORD} events, or larger than its max_payload (${maxPayload} bytes)`
    throw notSupported('nats', `${wanted}: the server is ${version}, and atomic batches came with 2.12`)
  }
  if (drafts.length <= MAX_MESSAGES) return
  const problem =
    `make ${drafts.length} messages, and JetStream takes ${MAX_MESSAGES} at once. Streams, conditions, ` +
    'event ids that were given, and each megabyte of events count; append them in several'
  refuse('streams', problem)
}
