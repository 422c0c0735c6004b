/**
 * The log that users of a store have: an engine's, behind the checks that are the same for every engine. A store that
 * is closed, and an argument that no engine takes, are refused here, before anything is sent.
 */
import { assertStreamName } from '../events/index.ts'
import { prepareAppend } from './append-request.ts'
import { CheckedCheckpoints, CheckedCommands, CheckedLeases, CheckedSnapshots } from './checked-keepsakes.ts'
import { notSupported } from './conflicts.ts'
import { countTypes } from './count-types.ts'
import type { EngineLog } from './engine-log.ts'
import { type PageSource, pagedReader } from './event-reader.ts'
import {
  assertListStreamsOptions,
  assertReadOptions,
  assertReadStreamOptions,
  assertTailOptions,
  assertTime,
} from './filter.ts'
import type { CheckpointStore, CommandStore, LeaseStore, SnapshotStore } from './keepsakes.ts'
import type { Lifetime } from './lifetime.ts'
import type {
  Appended,
  AppendOptions,
  AppendRequest,
  EventLog,
  EventReader,
  EventStore,
  Imported,
  ImportedEvent,
  ImportOptions,
  ListStreamsOptions,
  ReadOptions,
  ReadStreamOptions,
  StreamInfo,
  TailOptions,
  TypeInfo,
} from './port.ts'
import { tailReader } from './tail.ts'

/** What a log has to know of its store. */
export type StoreFacts = Pick<EventStore, 'engine' | 'capabilities'>

export class CheckedLog implements EventLog {
  readonly name: string
  readonly snapshots: SnapshotStore
  readonly checkpoints: CheckpointStore
  readonly leases: LeaseStore
  readonly commands: CommandStore
  readonly #log: EngineLog
  readonly #store: StoreFacts
  readonly #lifetime: Lifetime

  constructor(log: EngineLog, store: StoreFacts, lifetime: Lifetime) {
    this.name = log.name
    this.#log = log
    this.#store = store
    this.#lifetime = lifetime
    this.snapshots = new CheckedSnapshots(log.snapshots, lifetime)
    this.checkpoints = new CheckedCheckpoints(log.checkpoints, lifetime)
    this.leases = new CheckedLeases(log.leases, lifetime)
    this.commands = new CheckedCommands(log.commands, lifetime)
  }

  async append(request: AppendRequest, options: AppendOptions = {}): Promise<Appended> {
    this.#lifetime.assertOpen()
    options.signal?.throwIfAborted()
    if (options.transaction !== undefined && !this.#store.capabilities.joinsTransactions) {
      throw notSupported(this.#store.engine, "joining the caller's transaction")
    }
    return await this.#log.append(prepareAppend(request), options)
  }

  readStream(stream: string, options: ReadStreamOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertStreamName(stream)
    assertReadStreamOptions(options)
    return this.#reader(this.#log.streamPages(stream, options))
  }

  read(options: ReadOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertReadOptions(options)
    return this.#reader(this.#log.logPages(options))
  }

  #reader(source: PageSource<unknown>): EventReader {
    const fetch: typeof source.fetch = async (span, size) => {
      this.#lifetime.assertOpen()
      return await source.fetch(span, size)
    }
    return pagedReader({ ...source, fetch })
  }

  tail(options: TailOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertTailOptions(options)
    const source = { log: this.name, wakeups: this.#lifetime.wakeups, ...this.#log.tailPages(options) }
    return tailReader(source, { ...options, signal: this.#lifetime.until(options.signal) })
  }

  async streamVersion(stream: string): Promise<number> {
    this.#lifetime.assertOpen()
    assertStreamName(stream)
    return await this.#log.streamVersion(stream)
  }

  async head(): Promise<number> {
    this.#lifetime.assertOpen()
    return await this.#log.head()
  }

  async positionAt(time: Date): Promise<number> {
    this.#lifetime.assertOpen()
    assertTime(time, 'time')
    return await this.#log.positionAt(time)
  }

  streams(options: ListStreamsOptions = {}): AsyncIterable<StreamInfo> {
    this.#lifetime.assertOpen()
    assertListStreamsOptions(options)
    return this.#streams(options)
  }

  async *#streams(options: ListStreamsOptions): AsyncGenerator<StreamInfo> {
    this.#lifetime.assertOpen()
    yield* this.#log.streams(options)
  }

  async types(): Promise<readonly TypeInfo[]> {
    this.#lifetime.assertOpen()
    return this.#log.types === undefined ? await countTypes(this.read()) : await this.#log.types()
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions = {},
  ): Promise<Imported> {
    this.#lifetime.assertOpen()
    return await this.#log.import(events, options)
  }

  /** Resolves when no append waits or is under way. */
  idle(): Promise<void> {
    return this.#log.idle()
  }
}
