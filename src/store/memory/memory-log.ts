import type { PreparedAppend } from '../append-request.ts'
import type { EngineLog, TailPages } from '../engine-log.ts'
import type { PageSource } from '../event-reader.ts'
import type { Lifetime } from '../lifetime.ts'
import type {
  Appended,
  Imported,
  ImportedEvent,
  ImportOptions,
  ListStreamsOptions,
  ReadOptions,
  ReadStreamOptions,
  StreamInfo,
  TailOptions,
} from '../port.ts'
import { appendTo } from './append.ts'
import { Book, type StoredEvent } from './book.ts'
import { MemoryCheckpoints } from './checkpoints.ts'
import { MemoryCommands } from './commands.ts'
import { importInto } from './import.ts'
import { MemoryLeases } from './leases.ts'
import { matches } from './matches.ts'
import { fetchPage, fetchTailPage, findPositionAt, listStreams, type Span, startOf } from './search.ts'
import { MemorySnapshots } from './snapshots.ts'

export class MemoryLog implements EngineLog {
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
    this.snapshots = new MemorySnapshots()
    this.checkpoints = new MemoryCheckpoints()
    this.leases = new MemoryLeases()
    this.commands = new MemoryCommands(this.#book)
  }

  async append(append: PreparedAppend): Promise<Appended> {
    const appended = appendTo(this.#book, this.name, append)
    this.#lifetime.wakeups.wake(this.name)
    return appended
  }

  streamPages(stream: string, options: ReadStreamOptions): PageSource<number> {
    const { fromVersion = 1, toVersion = Number.POSITIVE_INFINITY, direction = 'forwards' } = options
    const span: Span = { first: fromVersion, last: toVersion, direction, accepts: () => true }
    return toPages(() => this.#book.streams.get(stream) ?? [], span, options)
  }

  logPages(options: ReadOptions): PageSource<number> {
    const { after = 0, upTo = Number.POSITIVE_INFINITY, direction = 'forwards' } = options
    const span: Span = { first: after + 1, last: upTo, direction, accepts: (event) => matches(event, options) }
    return toPages(() => this.#book.events, span, options)
  }

  tailPages(options: TailOptions): TailPages {
    const accepts = (event: StoredEvent) => matches(event, options)
    return {
      fetchAfter: async (position, size) => fetchTailPage(this.#book, accepts, position, size),
      isTransient: () => false,
    }
  }

  async streamVersion(stream: string): Promise<number> {
    return this.#book.versionOf(stream)
  }

  async head(): Promise<number> {
    return this.#book.head
  }

  async positionAt(time: Date): Promise<number> {
    return findPositionAt(this.#book, time.getTime())
  }

  async *streams(options: ListStreamsOptions): AsyncGenerator<StreamInfo> {
    options.signal?.throwIfAborted()
    for (const stream of listStreams(this.#book, options)) {
      yield stream
      options.signal?.throwIfAborted()
    }
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions,
  ): Promise<Imported> {
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

  async idle(): Promise<void> {}
}

function toPages(
  list: () => readonly StoredEvent[],
  span: Span,
  { limit, signal }: ReadOptions | ReadStreamOptions,
): PageSource<number> {
  const fetch = async (cursor: number, size: number) => fetchPage(list(), span, cursor, size)
  return { start: startOf(span), limit, signal, fetch }
}
