import { assertStreamName } from '../../events/index.ts'
import { ENGINE, isTransient, REDIS_LOSSES, type Servers } from '../../redis/index.ts'
import {
  type Appended,
  Appender,
  type AppendOptions,
  type AppendRequest,
  assertListStreamsOptions,
  assertReadOptions,
  assertReadStreamOptions,
  assertTailOptions,
  assertTime,
  compareTypes,
  type EventLog,
  type EventReader,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  type Lifetime,
  type ListStreamsOptions,
  notSupported,
  type PageSource,
  pagedReader,
  prepareAppend,
  type ReadOptions,
  type ReadStreamOptions,
  type RepeatLookups,
  type StreamInfo,
  type TailOptions,
  type TypeInfo,
  tailReader,
  toAppended,
} from '../../store/index.ts'
import { callAppend } from './append-call.ts'
import { RedisCommands } from './commands.ts'
import type { Growth } from './growth.ts'
import { importInto } from './import.ts'
import { RedisCheckpoints, RedisLeases, RedisSnapshots } from './keepsakes.ts'
import { headKey, streamLinesKey, typesKey } from './keys.ts'
import { listStreams } from './list-streams.ts'
import { fetchLogPage, logSource, type Span, streamSource } from './reading.ts'
import { RedisLogContext } from './redis-log-context.ts'
import { repeatLookups } from './repeat-lookups.ts'

/** With two, one call is on the wire while the other is worked off. */
const CALLS_UNDER_WAY = 2

export class RedisLog implements EventLog {
  readonly name: string
  readonly snapshots: RedisSnapshots
  readonly checkpoints: RedisCheckpoints
  readonly leases: RedisLeases
  readonly commands: RedisCommands
  readonly #context: RedisLogContext
  readonly #lifetime: Lifetime
  readonly #growth: Growth
  readonly #appender: Appender
  readonly #lookups: RepeatLookups

  constructor(name: string, servers: Servers, growth: Growth, lifetime: Lifetime) {
    this.name = name
    this.#context = new RedisLogContext(name, servers, lifetime)
    this.#lifetime = lifetime
    this.#growth = growth
    this.snapshots = new RedisSnapshots(this.#context)
    this.checkpoints = new RedisCheckpoints(this.#context)
    this.leases = new RedisLeases(this.#context)
    this.commands = new RedisCommands(this.#context)
    this.#lookups = repeatLookups(this.#context, this)
    this.#appender = new Appender({
      ...REDIS_LOSSES,
      log: name,
      callsUnderWay: CALLS_UNDER_WAY,
      connect: async () => {
        await servers.connect('appends', headKey(name))
        return { call: (group) => callAppend(servers, name, group), release() {} }
      },
      onRecorded: () => lifetime.wakeups.wake(name),
    })
  }

  async append(request: AppendRequest, options: AppendOptions = {}): Promise<Appended> {
    this.#lifetime.assertOpen()
    options.signal?.throwIfAborted()
    if (options.transaction !== undefined) throw notSupported(ENGINE, "joining the caller's transaction")
    const append = prepareAppend(request)
    const mayBeRepeat = request.streams.some(({ events }) => events.some(({ id }) => id !== undefined))
    const outcome = await this.#appender.append(append, mayBeRepeat, options.signal)
    return await toAppended(this.#lookups, { append, mayBeRepeat }, outcome)
  }

  readStream(stream: string, options: ReadStreamOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertStreamName(stream)
    assertReadStreamOptions(options)
    return this.#reader(streamSource(this.#context, stream, options))
  }

  read(options: ReadOptions = {}): EventReader {
    this.#lifetime.assertOpen()
    assertReadOptions(options)
    return this.#reader(logSource(this.#context, options))
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
    this.#growth.listen(this.name)
    const source = {
      log: this.name,
      wakeups: this.#lifetime.wakeups,
      isTransient,
      fetchAfter: async (position: number, size: number) => {
        const span = { low: position, high: undefined }
        const { head, events, next } = await fetchLogPage(this.#context, options, { span, size })
        return { events, searchedTo: next?.low ?? head, caughtUp: next === undefined }
      },
    }
    return tailReader(source, { ...options, signal: this.#lifetime.until(options.signal) })
  }

  async streamVersion(stream: string): Promise<number> {
    this.#lifetime.assertOpen()
    assertStreamName(stream)
    const line = await this.#context.command(headKey(this.name), ['HGET', streamLinesKey(this.name), stream])
    // The version, and then positions.
    return Number.parseInt(String(line ?? '0'), 10)
  }

  async head(): Promise<number> {
    this.#lifetime.assertOpen()
    const key = headKey(this.name)
    return Number((await this.#context.command(key, ['HGET', key, 'position'])) ?? 0)
  }

  async positionAt(time: Date): Promise<number> {
    this.#lifetime.assertOpen()
    assertTime(time, 'time')
    const call = { name: 'position_at', key: headKey(this.name), values: [String(time.getTime())] }
    return Number(await this.#context.read(call))
  }

  streams(options: ListStreamsOptions = {}): AsyncIterable<StreamInfo> {
    this.#lifetime.assertOpen()
    assertListStreamsOptions(options)
    return this.#streams(options)
  }

  async *#streams(options: ListStreamsOptions): AsyncGenerator<StreamInfo> {
    this.#lifetime.assertOpen()
    yield* listStreams(this.#context, options)
  }

  async types(): Promise<readonly TypeInfo[]> {
    this.#lifetime.assertOpen()
    const reply = (await this.#context.command(headKey(this.name), ['HGETALL', typesKey(this.name)])) as string[]
    const infos = reply.flatMap((kind, place) =>
      place % 2 === 0 ? [toTypeInfo(kind, reply[place + 1] as string)] : [],
    )
    return infos.sort(compareTypes)
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions = {},
  ): Promise<Imported> {
    this.#lifetime.assertOpen()
    return await importInto(events, {
      ...options,
      log: this.name,
      servers: this.#context.servers,
      onBatch: () => this.#lifetime.wakeups.wake(this.name),
      head: () => this.head(),
    })
  }

  /** Resolves when no append waits or is under way. */
  idle(): Promise<void> {
    return this.#appender.idle()
  }
}

/** As lua/record.lua counts: of a category, a type and a schema version. */
function toTypeInfo(kind: string, counted: string): TypeInfo {
  const [category = '', type = '', schemaVersion] = kind.split('\n')
  const [events, firstPosition, lastPosition] = counted.split(' ').map(Number) as [number, number, number]
  return { category, type, schemaVersion: Number(schemaVersion), events, firstPosition, lastPosition }
}
