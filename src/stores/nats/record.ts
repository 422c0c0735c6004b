/**
 * What a message of events carries: one record, as JSON that can be read with any NATS client. A record holds events
 * of one stream that were appended together, at most `EVENTS_PER_RECORD` of them; one that is larger than a message may
 * be is cut into parts, which are messages that follow one another.
 *
 * An event's position is the sequence of its record's last message, and its place in the record.
 */
import { type EncodedEvent, type Metadata, type RecordedEvent, toStreamName } from '../../events/index.ts'

/** Positions of one message. Sequences up to 9 × 10¹² fit into a safe integer with it. */
export const EVENTS_PER_RECORD = 1_000

/** A message as it is stored. */
export interface StoredMessage {
  readonly subject: string
  readonly sequence: number
  /** When the server stored it. */
  readonly timeMs: number
  readonly data: Uint8Array
}

export interface RecordHead {
  /** Of the first event. */
  readonly version: number
  /** The latest time of the log that the writer had seen: the events are not earlier, whatever the server's clock says. */
  readonly floorMs: number
  /**
   * In an append of several records, how many messages before this record's first one the append's first record ended:
   * all events of the append have the time of that one.
   */
  readonly behind?: number | undefined
  /** In an append of several records, how many of its messages come after this record. */
  readonly rest?: number | undefined
}

/** An event of a record, with the time that an import gave it. */
export interface TimedEvent extends EncodedEvent {
  readonly atMs?: number | undefined
}

/** Of equal length whatever the numbers of messages: they are known only when all records of the append are cut. */
export function encodeRecord({ version, floorMs, behind, rest }: RecordHead, events: readonly TimedEvent[]): string {
  const head = `"version":${version},"floor":${floorMs}${encodeCount('behind', behind)}${encodeCount('rest', rest)}`
  return `{${head},"events":[${events.map(encodeInRecord).join(',')}]}`
}

const COUNT_WIDTH = 4

function encodeCount(name: string, count: number | undefined): string {
  return count === undefined ? '' : `,"${name}":${String(count).padStart(COUNT_WIDTH)}`
}

/** What is usual is left out. */
function encodeInRecord({ id, type, schemaVersion, data, metadata, tags, atMs }: TimedEvent): string {
  const schema = schemaVersion === 1 ? '' : `,"schemaVersion":${schemaVersion}`
  const around = metadata === '{}' ? '' : `,"metadata":${metadata}`
  const tagged = tags.length === 0 ? '' : `,"tags":${JSON.stringify(tags)}`
  const at = atMs === undefined ? '' : `,"at":${atMs}`
  return `{"id":"${id}","type":${JSON.stringify(type)}${schema},"data":${data}${around}${tagged}${at}}`
}

/** A record, as it was parsed. */
interface ParsedRecord {
  readonly version: number
  readonly floor: number
  readonly behind?: number
  readonly rest?: number
  readonly events: readonly ParsedEvent[]
}

interface ParsedEvent {
  readonly id: string
  readonly type: string
  readonly schemaVersion?: number
  readonly data: unknown
  readonly metadata?: Metadata
  readonly tags?: readonly string[]
  readonly at?: number
}

/** A record with the place where it stands. */
export interface StoredRecord {
  readonly subject: string
  /** Of its first message. */
  readonly beginning: number
  /** Of its last message. */
  readonly sequence: number
  readonly timeMs: number
  readonly parsed: ParsedRecord
}

/** Of the record that the message is, or is a part of. */
export function versionsOf(message: StoredMessage): Versions {
  const part = toPart(message)
  if (part !== undefined) return part
  const { version, events } = parseRecord(message).parsed
  return { first: version, last: version + events.length - 1 }
}

export function firstPosition(record: { readonly sequence: number }): number {
  return record.sequence * EVENTS_PER_RECORD
}

export function lastPosition(record: StoredRecord): number {
  return firstPosition(record) + record.parsed.events.length - 1
}

/** The sequence of the record that a position is in, or would be in. */
export function sequenceAt(position: number): number {
  return Math.floor(position / EVENTS_PER_RECORD)
}

/** The last position that a record may have at a sequence. */
export function lastPositionAt(sequence: number): number {
  return (sequence + 1) * EVENTS_PER_RECORD - 1
}

export function ownTime({ timeMs, parsed }: StoredRecord): number {
  return Math.max(timeMs, parsed.floor)
}

/** @param baseMs The time of the append that it is part of. */
export function toEvents(record: StoredRecord, stream: string, baseMs: number): RecordedEvent[] {
  const name = toStreamName(stream)
  const position = firstPosition(record)
  const { version, events } = record.parsed
  return events.map(({ id, type, data, schemaVersion = 1, metadata = {}, tags = [], at }, place) => ({
    id,
    type,
    data,
    schemaVersion,
    metadata,
    tags,
    stream: { ...name },
    version: version + place,
    position: position + place,
    recordedAt: new Date(at ?? baseMs),
  }))
}

const decoder = new TextDecoder()
const PART = 'P'.charCodeAt(0)

/** The messages of a record: itself, or its parts. */
export function toMessages(record: string, versions: Versions, maxBytes: number): (string | Buffer)[] {
  // A UTF-16 unit is at most three bytes of UTF-8, so most records need not be measured.
  if (record.length * 3 <= maxBytes || Buffer.byteLength(record) <= maxBytes) return [record]
  const bytes = Buffer.from(record)
  const size = maxBytes - PART_HEAD_BYTES
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, place) => {
    const head = Buffer.from(`P${[place + 1, count, versions.first, versions.last].join('/')}\n`)
    return Buffer.concat([head, bytes.subarray(place * size, (place + 1) * size)])
  })
}

const PART_HEAD_BYTES = 64

/** Of the events of a record. */
export interface Versions {
  readonly first: number
  readonly last: number
}

export interface Part extends Versions {
  /** From 1 on. */
  readonly place: number
  readonly count: number
  readonly bytes: Uint8Array
}

/** The part that a message is, or undefined when it is a whole record. */
export function toPart({ data }: StoredMessage): Part | undefined {
  if (data[0] !== PART) return undefined
  const end = data.indexOf(10)
  const [place = 0, count = 0, first = 0, last = 0] = decoder.decode(data.subarray(1, end)).split('/').map(Number)
  return { place, count, first, last, bytes: data.subarray(end + 1) }
}

/** @param parts Of the record, when it is not the message alone. */
function parseRecord({ subject, sequence, timeMs, data }: StoredMessage, parts?: readonly Uint8Array[]): StoredRecord {
  const parsed = JSON.parse(decoder.decode(parts === undefined ? data : Buffer.concat(parts)))
  return { subject, beginning: sequence - (parts?.length ?? 1) + 1, sequence, timeMs, parsed }
}

/** Puts parts together, of messages in the order of the log. */
export class Assembler {
  /** By place; of one record. */
  #parts: Uint8Array[] = []
  #beginning = 0

  /** Does the message belong to a record of which earlier parts were not added? */
  misses(message: StoredMessage): boolean {
    const part = toPart(message)
    return part !== undefined && part.place > 1 && this.#beginning !== message.sequence - part.place + 1
  }

  /** The record that ends with the message, if one does. */
  add(message: StoredMessage): StoredRecord | undefined {
    const part = toPart(message)
    if (part === undefined) return parseRecord(message)
    if (part.place === 1) this.#parts = []
    if (part.place === 1) this.#beginning = message.sequence
    this.#parts[part.place - 1] = part.bytes
    if (part.place < part.count) return undefined
    return parseRecord(message, this.#parts)
  }
}
