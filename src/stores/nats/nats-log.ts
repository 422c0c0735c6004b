import { newEventId } from '../../events/index.ts'
import {
  type Appended,
  type AppendOptions,
  type EngineLog,
  eventIdTaken,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  type Lifetime,
  type ListStreamsOptions,
  type PageSource,
  type PreparedAppend,
  type ReadOptions,
  type ReadStreamOptions,
  retrying,
  type StreamInfo,
  type TailOptions,
  type TailPages,
} from '../../store/index.ts'
import { Appender, type AppenderOptions } from './appender.ts'
import { NatsCheckpoints } from './checkpoints.ts'
import { Clock } from './clock.ts'
import { NatsCommands } from './commands.ts'
import { findEnds, type LogEnds } from './ends.ts'
import { isLoss } from './failures.ts'
import { Heads } from './heads.ts'
import { importInto } from './import.ts'
import type { Keepsakes } from './keepsakes.ts'
import { NatsLeases } from './leases.ts'
import { listStreams } from './list-streams.ts'
import { type LogReading, type LogSpan, logSource, Scan } from './log-reading.ts'
import type { LogStream } from './log-stream.ts'
import { findPositionAt } from './position-at.ts'
import { lastPosition } from './record.ts'
import { Records } from './records.ts'
import { NatsSnapshots } from './snapshots.ts'
import { type StreamSpan, streamSource } from './stream-reading.ts'

/** A tail asks again after so long; until then the server tells it of what comes. */
const TAIL_WAIT_MS = 10_000

export class NatsLog implements EngineLog {
  readonly name: string
  readonly snapshots: NatsSnapshots
  readonly checkpoints: NatsCheckpoints
  readonly leases: NatsLeases
  readonly commands: NatsCommands
  readonly #stream: LogStream
  readonly #lifetime: Lifetime
  readonly #clock = new Clock()
  readonly #heads: Heads
  readonly #records: Records
  readonly #reading: LogReading
  readonly #options: AppenderOptions
  readonly #appender: Appender

  constructor(name: string, stream: LogStream, keepsakes: Keepsakes, lifetime: Lifetime) {
    this.name = name
    this.#stream = stream
    this.#lifetime = lifetime
    this.#heads = new Heads(stream)
    this.#records = new Records(stream, this.#clock)
    const retry = <T>(work: () => Promise<T>) => this.#retry(work)
    const askEnd = async (subject: string) => {
      return subject === stream.subjects.events ? (await this.#ends()).events : await stream.lastOf(subject)
    }
    this.#reading = { stream, records: this.#records, askEnd, retry }
    this.#options = {
      log: name,
      stream,
      records: this.#records,
      heads: this.#heads,
      clock: this.#clock,
      head: () => this.#head(),
      ends: () => this.#ends(),
    }
    this.#appender = new Appender(this.#options)
    this.snapshots = new NatsSnapshots(name, keepsakes)
    this.checkpoints = new NatsCheckpoints(name, keepsakes)
    this.leases = new NatsLeases(name, keepsakes)
    this.commands = new NatsCommands(this.#reading)
  }

  async append(append: PreparedAppend, { signal }: AppendOptions): Promise<Appended> {
    const { givenIds } = append
    const twice = givenIds.find((id, place) => givenIds.indexOf(id) !== place)
    if (twice !== undefined) throw eventIdTaken(this.name, twice)
    const appended = await this.#appender.append({ append, givenIds, token: newEventId() }, signal)
    this.#lifetime.wakeups.wake(this.name)
    return appended
  }

  streamPages(stream: string, options: ReadStreamOptions): PageSource<StreamSpan> {
    const subject = this.#stream.subjects.ofStream(stream)
    const askEnd = () => this.#heads.ask(stream)
    return streamSource({ ...this.#reading, subject, askEnd }, options)
  }

  logPages(options: ReadOptions): PageSource<LogSpan> {
    return logSource(this.#reading, options)
  }

  tailPages(options: TailOptions): TailPages {
    let scan: Scan | undefined
    return {
      isTransient: isLoss,
      fetchAfter: async (position, size) => {
        await this.#stream.make()
        // Another iteration, or a page that was lost on its way: from there.
        if (scan?.searchedTo !== position) scan = new Scan(this.#reading, options, position)
        await scan.look(size, TAIL_WAIT_MS)
        const events = scan.take(Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER)
        return { events, searchedTo: scan.searchedTo, caughtUp: false }
      },
    }
  }

  async streamVersion(stream: string): Promise<number> {
    return (await this.#retry(() => this.#heads.ask(stream))).version
  }

  async head(): Promise<number> {
    return await this.#retry(() => this.#head())
  }

  async #head(): Promise<number> {
    const { events } = await this.#ends()
    if (events === 0) return 0
    return lastPosition(await this.#records.endingWith(await this.#records.at(events)))
  }

  async #ends(): Promise<LogEnds> {
    return await findEnds(this.#stream, this.#records)
  }

  async positionAt(time: Date): Promise<number> {
    return await this.#retry(() => findPositionAt(this.#reading, time.getTime()))
  }

  streams(options: ListStreamsOptions): AsyncIterable<StreamInfo> {
    return listStreams({ ...this.#reading, heads: this.#heads }, options)
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions,
  ): Promise<Imported> {
    const imported = await importInto(events, {
      ...options,
      ...this.#options,
      onBatch: () => {
        this.#lifetime.assertOpen()
        this.#lifetime.wakeups.wake(this.name)
      },
    })
    return { events: imported, position: await this.head() }
  }

  #retry<T>(work: () => Promise<T>): Promise<T> {
    return retrying({ engine: 'nats', isTransient: isLoss }, work, this.#lifetime.until(undefined))
  }

  /** Resolves when no append waits or is under way. */
  idle(): Promise<void> {
    return this.#appender.idle()
  }
}
