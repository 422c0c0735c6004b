import {
  type AppendConnection,
  type Appended,
  Appender,
  type AppendOptions,
  type EngineLog,
  eventIdTaken,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  type Lifetime,
  type ListStreamsOptions,
  type Member,
  type Outcome,
  type PageSource,
  type PreparedAppend,
  type ReadOptions,
  type ReadStreamOptions,
  type StreamInfo,
  type TailOptions,
  type TailPages,
  type TypeInfo,
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

export class PostgresLog implements EngineLog {
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
    this.snapshots = new PostgresSnapshots(name, database)
    this.checkpoints = new PostgresCheckpoints(name, database)
    this.leases = new PostgresLeases(name, database)
    this.commands = new PostgresCommands(name, database)
    this.#appender = new Appender({
      ...POSTGRES_LOSSES,
      log: name,
      callsUnderWay: database.appendsUnderWay,
      connect: () => connectAppends(database, name),
      onRecorded: () => this.#hasGrown(),
    })
  }

  async append(append: PreparedAppend, { signal, transaction }: AppendOptions): Promise<Appended> {
    const mayBeRepeat = append.givenIds.length > 0
    const joined = transaction === undefined ? undefined : this.#database.join(transaction)
    try {
      const outcome =
        joined === undefined
          ? await this.#appender.append(append, mayBeRepeat, signal)
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

  streamPages(stream: string, options: ReadStreamOptions): PageSource<Span> {
    return streamSource(this.#database, this.name, stream, options)
  }

  logPages(options: ReadOptions): PageSource<Span> {
    return logSource(this.#database, this.name, options)
  }

  tailPages(options: TailOptions): TailPages {
    this.#database.listen()
    return {
      isTransient,
      fetchAfter: async (position, size) => {
        // Read before the events: what is recorded in between is found again, and never missed. Of a whole log the last
        // event says it, which spares each wake-up a query.
        const head = isWhole(options) ? position : await this.head()
        const { fetch } = logSource(this.#database, this.name, options)
        const { events, next } = await fetch({ low: position, high: undefined }, size)
        const searchedTo = next?.low ?? Math.max(head, events.at(-1)?.position ?? 0)
        return { events, searchedTo, caughtUp: next === undefined }
      },
    }
  }

  async streamVersion(stream: string): Promise<number> {
    const [row] = await this.#database.query(statement('stream-version'), [this.name, stream])
    return Number(row?.[0] ?? 0)
  }

  async head(): Promise<number> {
    const [row] = await this.#database.query(statement('head'), [this.name])
    return Number(row?.[0] ?? 0)
  }

  async positionAt(time: Date): Promise<number> {
    const [row] = await this.#database.query(statement('position-at'), [
      this.name,
      Math.max(time.getTime(), EARLIEST_MS),
    ])
    return Number(row?.[0])
  }

  streams(options: ListStreamsOptions): AsyncIterable<StreamInfo> {
    return listStreams(this.#database, this.name, options)
  }

  async types(): Promise<readonly TypeInfo[]> {
    return await listTypes(this.#database, this.name)
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions,
  ): Promise<Imported> {
    const onBatch = () => this.#hasGrown()
    return await importInto(events, { ...options, log: this.name, database: this.#database, onBatch })
  }

  /** Resolves when no append waits or is under way. */
  idle(): Promise<void> {
    return this.#appender.idle()
  }
}

/** Nothing is left out. */
function isWhole({ category, types, tags, partition, ids, correlationId }: TailOptions): boolean {
  const isOpen = category === undefined && partition === undefined && correlationId === undefined
  return isOpen && !types?.length && !tags?.length && !ids?.length
}

/** 4714 BC: the earliest time that PostgreSQL knows, and earlier than any event. */
const EARLIEST_MS = -210_866_803_200_000

async function connectAppends(database: Database, log: string): Promise<AppendConnection> {
  const session = await database.appender(log)
  return { call: (group) => callAppend(session, log, group), release: () => session.release() }
}
