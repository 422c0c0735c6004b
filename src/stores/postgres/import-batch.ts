/**
 * Events of an import while they wait for the log's lock: already in COPY's binary format (PostgreSQL's manual, on
 * COPY), but for what only the lock tells. That is a position, a time and a version, which have a fixed width, stand
 * first, and are filled in later. Columns in the order of copy-events.sql.
 *
 * The bytes lie outside of the heap: the garbage collector would copy ten thousand living objects again and again
 * while the next ones are made.
 */
import { toStreamName } from '../../events/index.ts'
import type { PreparedImport } from '../../store/index.ts'
import { textArray } from './binary-arrays.ts'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const TRAILER = Buffer.from([0xff, 0xff])
const COLUMNS = 12
const NULL = -1
/** PostgreSQL counts microseconds from the year 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1)

const FIRST_CAPACITY = 1_048_576
/** A UTF-16 unit is at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3
/** Everything of an event but its texts: numbers, the id, and what stands before each column. */
const FIXED_BYTES = 128
/** What is handed to the socket at once. */
const CHUNK_BYTES = 131_072

/** A tag of the event at a place in the batch. */
interface PlacedTag {
  readonly place: number
  readonly tag: string
  readonly type: string
}

/** What the lock tells of an event. */
export interface Placing {
  readonly position: number
  readonly timeMs: number
  readonly version: number
}

export class ImportBatch {
  /** By event. */
  readonly streams: string[] = []
  readonly timesMs: (number | undefined)[] = []
  readonly tags: PlacedTag[] = []
  readonly #log: string
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY)
  #length = SIGNATURE.copy(this.#bytes)
  /** Where each event begins. */
  readonly #starts: number[] = []

  constructor(log: string) {
    this.#log = log
  }

  get events(): number {
    return this.streams.length
  }

  get size(): number {
    return this.#length
  }

  add({ stream, event, recordedAt }: PreparedImport): void {
    const { category } = toStreamName(stream)
    const texts = [this.#log, stream, category, event.type, event.data, event.metadata]
    const tags = event.tags.length === 0 ? undefined : textArray(event.tags)
    const units = texts.reduce((sum, text) => sum + text.length, 0)
    this.#reserve(FIXED_BYTES + units * BYTES_PER_UNIT + (tags?.length ?? 0))
    this.#starts.push(this.#length)
    this.#addFixed(event.schemaVersion, event.id)
    for (const text of texts) this.#addText(text)
    this.#addTags(tags)
    for (const tag of event.tags) this.tags.push({ place: this.events, tag, type: event.type })
    this.streams.push(stream)
    this.timesMs.push(recordedAt?.getTime())
  }

  /** The same layout as `#place` fills in. */
  #addFixed(schemaVersion: number, id: string): void {
    const bytes = this.#bytes
    let at = bytes.writeInt16BE(COLUMNS, this.#length)
    at = bytes.writeInt32BE(8, at) + 8
    at = bytes.writeInt32BE(8, at) + 8
    at = bytes.writeInt32BE(4, at) + 4
    at = bytes.writeInt32BE(2, at)
    at = bytes.writeInt16BE(schemaVersion, at)
    at = bytes.writeInt32BE(16, at)
    this.#length = at + bytes.write(id.replaceAll('-', ''), at, 'hex')
  }

  #addText(text: string): void {
    const length = this.#bytes.write(text, this.#length + 4, 'utf8')
    this.#length = this.#bytes.writeInt32BE(length, this.#length) + length
  }

  #addTags(tags: Buffer | undefined): void {
    this.#length = this.#bytes.writeInt32BE(tags?.length ?? NULL, this.#length)
    if (tags !== undefined) this.#length += tags.copy(this.#bytes, this.#length)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#bytes.length + bytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }

  /** Everything, once: `toPlacing` says of the event at a place in the batch what was left open. */
  *toChunks(toPlacing: (place: number) => Placing): Generator<Buffer> {
    let sent = 0
    for (const [place, start] of this.#starts.entries()) {
      if (start - sent >= CHUNK_BYTES) {
        yield this.#bytes.subarray(sent, start)
        sent = start
      }
      this.#place(start, toPlacing(place))
    }
    yield this.#bytes.subarray(sent, this.#length)
    yield TRAILER
  }

  #place(start: number, { position, timeMs, version }: Placing): void {
    const bytes = this.#bytes
    let at = bytes.writeBigInt64BE(BigInt(position), start + 2 + 4)
    at = bytes.writeBigInt64BE(BigInt(timeMs - EPOCH_MS) * 1_000n, at + 4)
    bytes.writeInt32BE(version, at + 4)
  }
}
