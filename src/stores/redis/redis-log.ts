import { isTransient, REDIS_LOSSES, type Servers } from '../../redis/index.ts'
import {
  type Appended,
  Appender,
  type AppendOptions,
  compareTypes,
  type EngineLog,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  type Lifetime,
  type ListStreamsOptions,
  type PageSource,
  type PreparedAppend,
  type ReadOptions,
  type ReadStreamOptions,
  type RepeatLookups,
  type StreamInfo,
  type TailOptions,
  type TailPages,
  type TypeInfo,
  toAppended,
} from '../../store/index.ts'
import { callAppend } from './append-call.ts'
import { RedisCommands } from './commands.ts'
import { namingRefusal } from './failures.ts'
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

export class RedisLog implements EngineLog {
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
        await servers.connect('appends', headKey(name)).catch((error) => {
          throw namingRefusal(error)
        })
        return { call: (group) => callAppend(servers, name, group), release() {} }
      },
      onRecorded: () => lifetime.wakeups.wake(name),
    })
  }

  async append(append: PreparedAppend, { signal }: AppendOptions): Promise<Appended> {
    const mayBeRepeat = append.givenIds.length > 0
    const outcome = await this.#appender.append(append, mayBeRepeat, signal)
    return await toAppended(this.#lookups, { append, mayBeRepeat }, outcome)
  }

  streamPages(stream: string, options: ReadStreamOptions): PageSource<Span> {
    return streamSource(this.#context, stream, options)
  }

  logPages(options: ReadOptions): PageSource<Span> {
    return logSource(this.#context, options)
  }

  tailPages(options: TailOptions): TailPages {
    this.#growth.listen(this.name)
    return {
      isTransient,
      fetchAfter: async (position, size) => {
        const span = { low: position, high: undefined }
        const { head, events, next } = await fetchLogPage(this.#context, options, { span, size })
        return { events, searchedTo: next?.low ?? head, caughtUp: next === undefined }
      },
    }
  }

  async streamVersion(stream: string): Promise<number> {
    const line = await this.#context.command(headKey(this.name), ['HGET', streamLinesKey(this.name), stream])
    // The version, and then positions.
    return Number.parseInt(String(line ?? '0'), 10)
  }

  async head(): Promise<number> {
    const key = headKey(this.name)
    return Number((await this.#context.command(key, ['HGET', key, 'position'])) ?? 0)
  }

  async positionAt(time: Date): Promise<number> {
    const call = { name: 'position_at', key: headKey(this.name), values: [String(time.getTime())] }
    return Number(await this.#context.read(call))
  }

  streams(options: ListStreamsOptions): AsyncIterable<StreamInfo> {
    return listStreams(this.#context, options)
  }

  async types(): Promise<readonly TypeInfo[]> {
    const reply = (await this.#context.command(headKey(this.name), ['HGETALL', typesKey(this.name)])) as string[]
    const infos = reply.flatMap((kind, place) =>
      place % 2 === 0 ? [toTypeInfo(kind, reply[place + 1] as string)] : [],
    )
    return infos.sort(compareTypes)
  }

  async import(
    events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
    options: ImportOptions,
  ): Promise<Imported> {
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
