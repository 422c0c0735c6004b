import { assertStreamName } from '../../events/index.ts'
import {
  type AppendConnection,
  type Appended,
  Appender,
  type AppendOptions,
  type AppendRequest,
  assertListStreamsOptions,
  assertReadOptions,
  assertReadStreamOptions,
  assertTailOptions,
  assertTime,
  type EventLog,
  type EventReader,
  eventIdTaken,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  type Lifetime,
  type ListStreamsOptions,
  type Member,
  type Outcome,
  type PageSource,
  pagedReader,
  prepareAppend,
  type ReadOptions,
  type ReadStreamOptions,
  type StreamInfo,
  type TailOptions,
  type TypeInfo,
  tailReader,
  toAppended,
  toRecorded,
} from '../../store/index.ts'
import { PostgresCheckpoints, PostgresSnapshots } from './caches.ts'
import { PostgresCommands } from './command-records.ts'
import type { Database, Session } from './database.ts'
import { isTakenEventId, isTransient, POSTGRES_LOSSES } from './failures.ts'
import { callAppend } from './group.ts'
import { importInto } from './import.ts'
import { PostgresLeases } from './leases.ts'
import { listStreams } from './list-streams.ts'
import { listTypes } from './list-types.ts'
import { logSource, type Span, streamSource } from './reading.ts'
import { repeatLookups } from './repeat-lookups.ts'
import { statement } from './statements.ts'

export class PostgresLog implements EventLog {
  readonly name: string
  readonly snapshots: PostgresSnapshots
  readonly checkpoints: PostgresCheckpoints
  readonly leases: PostgresLeases
  readonly commands: PostgresCommands
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
    this.commands = new PostgresCommands(name, database, lifetime)
    this.#appender = new Appender({
      ...POSTGRES_LOSSES,
      log: name,
      callsUnderWay: database.appendsUnderWay,
      connect: () => connectAppends(database, name),
      onRecorded: () => this.#hasGrown(),
    })
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
      // The usual case, without what only a repeat or a refusal needs.
      if (outcome.kind === 'recorded') return toRecorded(append, outcome)
      return await toAppended(repeatLookups(joined ?? this.#database, this.name), { append, mayBeRepeat }, outcome)
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

async function connectAppends(database: Database, log: string): Promise<AppendConnection> {
  const session = await database.appender(log)
  return { call: (group) => callAppend(session, log, group), release: () => session.release() }
}
