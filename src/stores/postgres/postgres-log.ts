import { assertStreamName, type RecordedEvent, toStreamName } from '../../events/index.ts'
import {
  type Appended,
  type AppendOptions,
  type AppendRequest,
  assertListStreamsOptions,
  assertReadOptions,
  assertReadStreamOptions,
  assertTailOptions,
  assertTime,
  boundaryConflict,
  type EventLog,
  type EventReader,
  eventIdTaken,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  type Lifetime,
  type ListStreamsOptions,
  type PageSource,
  type PreparedAppend,
  pagedReader,
  prepareAppend,
  type ReadOptions,
  type ReadStreamOptions,
  type StreamInfo,
  type TailOptions,
  type TypeInfo,
  tailReader,
  versionConflict,
} from '../../store/index.ts'
import { Appender, callAppend } from './appender.ts'
import { PostgresCheckpoints, PostgresSnapshots } from './caches.ts'
import type { Database, Session } from './database.ts'
import { isTakenEventId, isTransient } from './failures.ts'
import type { Member, Outcome } from './group.ts'
import { importInto } from './import.ts'
import { PostgresLeases } from './leases.ts'
import { listStreams } from './list-streams.ts'
import { listTypes } from './list-types.ts'
import { logSource, type Span, streamSource } from './reading.ts'
import { findCommand, findRepeated, toRefusal } from './repeats.ts'
import { statement } from './statements.ts'

export class PostgresLog implements EventLog {
  readonly name: string
  readonly snapshots: PostgresSnapshots
  readonly checkpoints: PostgresCheckpoints
  readonly leases: PostgresLeases
  readonly #database: Database
  readonly #lifetime: Lifetime
  readonly #appender: Appender

  constructor(name: string, database: Database, lifetime: Lifetime) {
    this.name = name
    this.#database = database
    this.#lifetime = lifetime
    this.snapshots = new PostgresSnapshots(name, database, lifetime)
    this.checkpoints = new PostgresCheckpoints(name, database, lifetime)
    this.leases = new PostgresLeases(name, database, lifetime)
    this.#appender = new Appender({ log: name, database, onRecorded: () => this.#hasGrown() })
  }

  async append(request: AppendRequest, options: AppendOptions = {}): Promise<Appended> {
    this.#lifetime.assertOpen()
    options.signal?.throwIfAborted()
    const append = prepareAppend(request)
    const mayBeRepeat = request.streams.some(({ events }) => events.some(({ id }) => id !== undefined))
    const { transaction } = options
    const joined = transaction === undefined ? undefined : this.#database.join(transaction)
    try {
      const outcome =
        joined === undefined
          ? await this.#appender.append(append, mayBeRepeat, options.signal)
          : await this.#appendJoined(joined, { append, mayBeRepeat })
      return await this.#toAppended(joined ?? this.#database, { append, mayBeRepeat }, outcome)
    } catch (error) {
      throw isTakenEventId(error) ? eventIdTaken(this.name) : error
    }
  }

  async #appendJoined(session: Session, member: Member): Promise<Outcome> {
    const [outcome] = await callAppend(session, this.name, [member])
    // It goes out with the caller's commit, to this process too.
    if (outcome?.kind === 'recorded') await session.query(statement('notify'), [this.name])
    return outcome as Outcome
  }

  async #toAppended(session: Session, { append, mayBeRepeat }: Member, outcome: Outcome): Promise<Appended> {
    if (outcome.kind === 'recorded') return toRecorded(append, outcome)
    if (outcome.kind === 'command-known') return await findCommand(session, this.name, append)
    // The look for the first event comes too early for an attempt that was in the same group.
    const repeated =
      mayBeRepeat || outcome.kind === 'first-event-known' ? await findRepeated(session, this.name, append) : undefined
    if (repeated !== undefined) return repeated
    switch (outcome.kind) {
      case 'version-conflict':
        throw versionConflict(this.name, outcome.stream, outcome.expected, outcome.actual)
      case 'boundary-conflict':
        throw boundaryConflict(this.name, Math.min(...append.boundaries.map(({ after }) => after)), outcome.position)
      case 'first-event-known':
        throw await toRefusal(session, this.name, append)
    }
  }

  #hasGrown(): void {
    this.#lifetime.wakeups.wake(this.name)
    this.#database.announce(this.name)
  }

  readStream(stream: string, options: ReadStreamOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertStreamName(stream)
    assertReadStreamOptions(options)
    return this.#reader(streamSource(this.#database, this.name, stream, options))
  }

  read(options: ReadOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertReadOptions(options)
    return this.#reader(logSource(this.#database, this.name, options))
  }

  #reader(source: PageSource<Span>): EventReader {
    const fetch: typeof source.fetch = async (span, size) => {
      this.#lifetime.assertOpen()
      return await source.fetch(span, size)
    }
    return pagedReader({ ...source, fetch })
  }

  tail(options: TailOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertTailOptions(options)
    this.#database.listen()
    const source = {
      log: this.name,
      wakeups: this.#lifetime.wakeups,
      isTransient,
      fetchAfter: async (position: number, size: number) => {
        // Read before the events: what is recorded in between is found again, and never missed.
        const head = await this.head()
        const { fetch } = logSource(this.#database, this.name, options)
        const { events, next } = await fetch({ low: position, high: undefined }, size)
        const searchedTo = next?.low ?? Math.max(head, events.at(-1)?.position ?? 0)
        return { events, searchedTo, caughtUp: next === undefined }
      },
    }
    return tailReader(source, { ...options, signal: this.#lifetime.until(options.signal) })
  }

  async streamVersion(stream: string): Promise<number> {
    this.#lifetime.assertOpen()
    assertStreamName(stream)
    const [row] = await this.#database.query(statement('stream-version'), [this.name, stream])
    return Number(row?.[0] ?? 0)
  }

  async head(): Promise<number> {
    this.#lifetime.assertOpen()
    const [row] = await this.#database.query(statement('head'), [this.name])
    return Number(row?.[0] ?? 0)
  }

  async positionAt(time: Date): Promise<number> {
    this.#lifetime.assertOpen()
    assertTime(time, 'time')
    const [row] = await this.#database.query(statement('position-at'), [
      this.name,
      Math.max(time.getTime(), EARLIEST_MS),
    ])
    return Number(row?.[0])
  }

  streams(options: ListStreamsOptions = {}): AsyncIterable<StreamInfo> {
    this.#lifetime.assertOpen()
    assertListStreamsOptions(options)
    return this.#streams(options)
  }

  async *#streams(options: ListStreamsOptions): AsyncGenerator<StreamInfo> {
    this.#lifetime.assertOpen()
    yield* listStreams(this.#database, this.name, options)
  }

  async types(): Promise<readonly TypeInfo[]> {
    this.#lifetime.assertOpen()
    return await listTypes(this.#database, this.name)
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions = {},
  ): Promise<Imported> {
    this.#lifetime.assertOpen()
    const onBatch = () => this.#hasGrown()
    return await importInto(events, { ...options, log: this.name, database: this.#database, onBatch })
  }

  /** Resolves when no append waits or is under way. */
  idle(): Promise<void> {
    return this.#appender.idle()
  }
}

/** 4714 BC: the earliest time that PostgreSQL knows, and earlier than any event. */
const EARLIEST_MS = -210_866_803_200_000

type RecordedOutcome = Extract<Outcome, { kind: 'recorded' }>

function toRecorded(append: PreparedAppend, { position, versions, recordedAt }: RecordedOutcome): Appended {
  const events: RecordedEvent[] = []
  const after: Record<string, number> = {}
  const first = position - append.eventCount
  for (const [place, write] of append.writes.entries()) {
    const stream = toStreamName(write.stream)
    const before = versions[place] as number
    for (const [index, { id, type, schemaVersion, tags, ...texts }] of write.events.entries()) {
      // Parsed, as a reader would get them: the caller's own objects may change.
      const data = JSON.parse(texts.data)
      const metadata = JSON.parse(texts.metadata)
      const version = before + index + 1
      const position = first + events.length + 1
      events.push({ id, type, data, schemaVersion, metadata, tags, stream, version, position, recordedAt })
    }
    after[write.stream] = before + write.events.length
  }
  return { position, versions: after, recordedAt, events, repeated: false }
}
