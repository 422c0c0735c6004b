import { assertStreamName } from '../../events/index.ts'
import { prepareAppend } from '../append-request.ts'
import { notSupported } from '../conflicts.ts'
import { countTypes } from '../count-types.ts'
import { type PageSource, pagedReader } from '../event-reader.ts'
import {
  assertListStreamsOptions,
  assertReadOptions,
  assertReadStreamOptions,
  assertTailOptions,
  assertTime,
} from '../filter.ts'
import type { Lifetime } from '../lifetime.ts'
import type {
  Appended,
  AppendOptions,
  AppendRequest,
  EventLog,
  EventReader,
  Imported,
  ImportedEvent,
  ImportOptions,
  ListStreamsOptions,
  ReadOptions,
  ReadStreamOptions,
  StreamInfo,
  TailOptions,
  TypeInfo,
} from '../port.ts'
import { tailReader } from '../tail.ts'
import { appendTo } from './append.ts'
import { Book, type StoredEvent } from './book.ts'
import { MemoryCheckpoints } from './checkpoints.ts'
import { MemoryCommands } from './commands.ts'
import { importInto } from './import.ts'
import { MemoryLeases } from './leases.ts'
import { matches } from './matches.ts'
import { fetchPage, fetchTailPage, findPositionAt, listStreams, type Span, startOf } from './search.ts'
import { MemorySnapshots } from './snapshots.ts'

export class MemoryLog implements EventLog {
  readonly name: string
  readonly snapshots: MemorySnapshots
  readonly checkpoints: MemoryCheckpoints
  readonly leases: MemoryLeases
  readonly commands: MemoryCommands
  readonly #book = new Book()
  readonly #lifetime: Lifetime

  constructor(name: string, lifetime: Lifetime) {
    this.name = name
    this.#lifetime = lifetime
    this.snapshots = new MemorySnapshots(lifetime)
    this.checkpoints = new MemoryCheckpoints(lifetime)
    this.leases = new MemoryLeases(lifetime)
    this.commands = new MemoryCommands(this.#book, lifetime)
  }

  async append(request: AppendRequest, options: AppendOptions = {}): Promise<Appended> {
    this.#lifetime.assertOpen()
    options.signal?.throwIfAborted()
    if (options.transaction !== undefined) throw notSupported('memory', "joining the caller's transaction")
    const appended = appendTo(this.#book, this.name, prepareAppend(request))
    this.#lifetime.wakeups.wake(this.name)
    return appended
  }

  readStream(stream: string, options: ReadStreamOptions = {}): EventReader {
    assertStreamName(stream)
    assertReadStreamOptions(options)
    const { fromVersion = 1, toVersion = Number.POSITIVE_INFINITY, direction = 'forwards' } = options
    const span: Span = { first: fromVersion, last: toVersion, direction, accepts: () => true }
    return this.#reader(() => this.#book.streams.get(stream) ?? [], span, options)
  }

  read(options: ReadOptions = {}): EventReader {
    assertReadOptions(options)
    const { after = 0, upTo = Number.POSITIVE_INFINITY, direction = 'forwards' } = options
    const span: Span = { first: after + 1, last: upTo, direction, accepts: (event) => matches(event, options) }
    return this.#reader(() => this.#book.events, span, options)
  }

  #reader(list: () => readonly StoredEvent[], span: Span, options: ReadOptions | ReadStreamOptions): EventReader {
    this.#lifetime.assertOpen()
    const source: PageSource<number> = {
      start: startOf(span),
      limit: options.limit,
      signal: options.signal,
      fetch: async (cursor, size) => {
        this.#lifetime.assertOpen()
        return fetchPage(list(), span, cursor, size)
      },
    }
    return pagedReader(source)
  }

  tail(options: TailOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertTailOptions(options)
    const accepts = (event: StoredEvent) => matches(event, options)
    const source = {
      log: this.name,
      wakeups: this.#lifetime.wakeups,
      fetchAfter: async (position: number, size: number) => fetchTailPage(this.#book, accepts, position, size),
      isTransient: () => false,
    }
    return tailReader(source, { ...options, signal: this.#lifetime.until(options.signal) })
  }

  async streamVersion(stream: string): Promise<number> {
    this.#lifetime.assertOpen()
    assertStreamName(stream)
    return this.#book.versionOf(stream)
  }

  async head(): Promise<number> {
    this.#lifetime.assertOpen()
    return this.#book.head
  }

  async positionAt(time: Date): Promise<number> {
    this.#lifetime.assertOpen()
    assertTime(time, 'time')
    return findPositionAt(this.#book, time.getTime())
  }

  streams(options: ListStreamsOptions = {}): AsyncIterable<StreamInfo> {
    this.#lifetime.assertOpen()
    assertListStreamsOptions(options)
    return this.#streams(options)
  }

  async *#streams(options: ListStreamsOptions): AsyncGenerator<StreamInfo> {
    this.#lifetime.assertOpen()
    options.signal?.throwIfAborted()
    for (const stream of listStreams(this.#book, options)) {
      yield stream
      options.signal?.throwIfAborted()
    }
  }

  async types(): Promise<readonly TypeInfo[]> {
    return await countTypes(this.read())
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions = {},
  ): Promise<Imported> {
    this.#lifetime.assertOpen()
    const imported = await importInto(this.#book, events, {
      ...options,
      log: this.name,
      onBatch: () => {
        this.#lifetime.assertOpen()
        this.#lifetime.wakeups.wake(this.name)
      },
    })
    return { events: imported, position: this.#book.head }
  }
}
