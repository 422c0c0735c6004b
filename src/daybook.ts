/** The assembled thing: the use cases over one log of a store, and what they share while the process runs. */
import { type AnyAggregate, type LoadAggregate, load, type StateOf } from './aggregates/index.ts'
import { type AppendArguments, toAppend } from './append-arguments.ts'
import {
  type ArgumentsOf,
  Background,
  type Causation,
  type CausationOptions,
  type Executable,
  type Execute,
  type ExecuteOptions,
  type ExecutorOptions,
  findCausation,
  type ResultOf,
  toExecute,
} from './commands/index.ts'
import type { Daybook, EventsOf, Instruments, WhereKept } from './daybook-interface.ts'
import { type AnyEventDefinition, assertWhole } from './events/index.ts'
import { SharedTail } from './following/index.ts'
import { inShape, ofTypes, toStored } from './in-shape.ts'
import {
  type AnyProjection,
  applyBatch,
  InlineAppends,
  openTarget,
  type Projection,
  type ProjectionReport,
  type ProjectOptions,
  type Quarantine,
  type RebuildOptions,
  type RebuildTablesOptions,
  type Rebuilt,
  type RebuiltTables,
  type Reconciled,
  type ReconcileOptions,
  type RowsOf,
  RunningProjections,
  reconcile,
  toQuarantine,
} from './projections/index.ts'
import {
  type EffectHandlers,
  type KeptDeadLetters,
  type ReactOptions,
  type ReactorReport,
  type RunningReactor,
  RunningReactors,
} from './reacting/index.ts'
import type { AnyReactor } from './reactors/index.ts'
import type { AnyReadModel, AnySqlProjection } from './readmodels/index.ts'
import { rebuildAnywhere } from './rebuild-anywhere.ts'
import type { Reopening } from './reopening.ts'
import {
  type Appended,
  type EventLog,
  type EventReader,
  type EventStore,
  type GenerationInfo,
  type Imported,
  type ImportedEvent,
  type ImportOptions,
  isSqlStore,
  type ListStreamsOptions,
  type ReadModelTargets,
  type ReadOptions,
  type ReadStreamOptions,
  type StreamInfo,
  type TailOptions,
  type TypeInfo,
  withAppend,
} from './store/index.ts'
import { type AggregateAt, loadAt, type Point } from './temporal/index.ts'

/** What the daybooks of one store share. */
export interface Assembly {
  readonly store: EventStore
  readonly instruments: Instruments
  readonly execution: ExecutorOptions
  /** Applied in the transaction of every append. */
  readonly inline: readonly AnyProjection[]
  defaultTargets(): Promise<ReadModelTargets>
  /** How another thread opens the store, where one can. */
  readonly reopening?: Reopening
  /** The daybooks that were asked for, by log. */
  readonly daybooks: Map<string, LogDaybook>
}

export class LogDaybook implements Daybook {
  readonly name: string
  readonly store: EventStore
  readonly #assembly: Assembly
  readonly #log: EventLog
  readonly #load: LoadAggregate
  readonly #execute: Execute
  readonly #background = new Background()
  readonly #projections: RunningProjections
  readonly #reactors: RunningReactors
  readonly #isOpener: boolean

  /** @param isOpener Closing it closes the store, and all daybooks over it. */
  constructor(assembly: Assembly, name: string, isOpener: boolean) {
    const log = assembly.store.log(name)
    this.name = name
    this.store = assembly.store
    this.#assembly = assembly
    this.#isOpener = isOpener
    const observed = assembly.instruments.log?.(log) ?? log
    this.#log = assembly.inline.length === 0 ? observed : this.#inlined(observed)
    const tail = new SharedTail(this.#log)
    this.#projections = new RunningProjections(this.#log, tail)
    this.#reactors = new RunningReactors({ log: this.#log, tail, isSharedStore: this.store.capabilities.shared })
    this.#load = assembly.instruments.load?.(load) ?? load
    const ground = { log: this.#log, load: this.#load, background: this.#background }
    const bare = toExecute(ground, assembly.execution)
    this.#execute = assembly.instruments.execute?.(bare) ?? bare
  }

  async execute<Command extends Executable>(
    command: Command,
    ...asked: ArgumentsOf<Command>
  ): Promise<ResultOf<Command>> {
    // A command within boundaries takes no target; the compiler knows it by the command's type alone.
    const [target, input, options = {}] = ('within' in command ? [undefined, ...asked] : asked) as readonly [
      unknown,
      unknown,
      ExecuteOptions<unknown>?,
    ]
    // The command's own rule gives these reasons and events: its type says which.
    return (await this.#execute({ command, log: this.name, target, input, options })) as ResultOf<Command>
  }

  causation(id: string, options?: CausationOptions): Promise<Causation | undefined> {
    return findCausation(this.#log, id, options)
  }

  async stateOf<Definition extends AnyAggregate>(definition: Definition, id: string, point?: Point) {
    return (await this.load(definition, id, point)).state
  }

  load<Definition extends AnyAggregate>(
    definition: Definition,
    id: string,
    point?: Point,
  ): Promise<AggregateAt<StateOf<Definition>>> {
    return loadAt({ log: this.#log, load: this.#load }, definition, id, point)
  }

  async clearSnapshots(stream?: string): Promise<void> {
    await this.#log.snapshots.clear(stream)
  }

  async project<Definition extends AnyProjection>(
    definition: Definition,
    options: ProjectOptions = {},
  ): Promise<Projection<RowsOf<Definition>>> {
    return await this.#projections.project(await this.#projecting(options), definition, options)
  }

  projections(): Promise<readonly ProjectionReport[]> {
    return this.#projections.reports()
  }

  /** What projections work with. */
  async #projecting(options: { readonly targets?: ReadModelTargets }) {
    const { instruments, defaultTargets } = this.#assembly
    const targets = options.targets ?? (await defaultTargets())
    return {
      log: this.#log,
      targets: instruments.targets?.(targets) ?? targets,
      applyBatch: instruments.applyBatch?.(applyBatch) ?? applyBatch,
      isSharedStore: this.store.capabilities.shared,
      isInline: (definition: AnyProjection) => this.#assembly.inline.includes(definition),
    }
  }

  /** The log whose appends apply the inline projections, too. */
  #inlined(log: EventLog): EventLog {
    const { inline: definitions } = this.#assembly
    const store = isSqlStore(this.store) ? this.store : undefined
    const appends = new InlineAppends(async () => ({ ...(await this.#projecting({})), log, definitions, store }))
    return withAppend(log, (request, options) => appends.append(request, options))
  }

  rebuild(readModel: AnyReadModel, options?: RebuildOptions): Promise<Rebuilt>
  rebuild(projection: AnySqlProjection, options?: RebuildTablesOptions): Promise<RebuiltTables>
  async rebuild(projection: AnyProjection, options: RebuildOptions & RebuildTablesOptions = {}) {
    const place = { ...(await this.#projecting(options)), store: this.store, reopening: this.#assembly.reopening }
    return await rebuildAnywhere(place, projection, options)
  }

  async rollBack(projection: AnyProjection, options: WhereKept = {}): Promise<void> {
    await (await openTarget(await this.#projecting(options), projection)).rollBack()
  }

  async generations(projection: AnyProjection, options: WhereKept = {}): Promise<readonly GenerationInfo[]> {
    return await (await openTarget(await this.#projecting(options), projection)).generations()
  }

  async quarantine(projection: AnyProjection, options: WhereKept = {}): Promise<Quarantine> {
    const context = await this.#projecting(options)
    return toQuarantine({ ...context, projection, target: await openTarget(context, projection) })
  }

  async reconcile(readModel: AnyReadModel, options: ReconcileOptions = {}): Promise<Reconciled> {
    return await reconcile(await this.#projecting(options), readModel, options)
  }

  react<Definition extends AnyReactor>(
    definition: Definition,
    handlers: EffectHandlers<Definition>,
    options: ReactOptions = {},
  ): Promise<RunningReactor> {
    return this.#reactors.react(definition, handlers, options)
  }

  reactors(): Promise<readonly ReactorReport[]> {
    return this.#reactors.reports()
  }

  deadLetters(reactor: string): KeptDeadLetters {
    return this.#reactors.deadLetters(reactor)
  }

  append(...asked: AppendArguments): Promise<Appended> {
    return this.#log.append(...toAppend(...asked))
  }

  readStream<const Definitions extends readonly AnyEventDefinition[]>(
    stream: string,
    { events, ...options }: ReadStreamOptions & { readonly events?: Definitions } = {},
  ) {
    if (events !== undefined) assertWhole(events)
    return inShape(this.#log.readStream(stream, options), events, options)
  }

  read<const Definitions extends readonly AnyEventDefinition[]>({
    events,
    ...options
  }: ReadOptions & { readonly events?: Definitions } = {}) {
    const wanted = ofTypes(options, events)
    return inShape(this.#log.read(toStored(options, wanted)), wanted, options) as EventReader<EventsOf<Definitions>>
  }

  tail<const Definitions extends readonly AnyEventDefinition[]>({
    events,
    ...options
  }: TailOptions & { readonly events?: Definitions } = {}) {
    const wanted = ofTypes(options, events)
    return inShape(this.#log.tail(toStored(options, wanted)), wanted) as EventReader<EventsOf<Definitions>>
  }

  streamVersion(stream: string): Promise<number> {
    return this.#log.streamVersion(stream)
  }

  head(): Promise<number> {
    return this.#log.head()
  }

  positionAt(time: Date): Promise<number> {
    return this.#log.positionAt(time)
  }

  streams(options?: ListStreamsOptions): AsyncIterable<StreamInfo> {
    return this.#log.streams(options)
  }

  types(): Promise<readonly TypeInfo[]> {
    return this.#log.types()
  }

  import(events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>, options?: ImportOptions): Promise<Imported> {
    return this.#log.import(events, options)
  }

  log(name: string): Daybook {
    const { daybooks } = this.#assembly
    const daybook = daybooks.get(name) ?? new LogDaybook(this.#assembly, name, false)
    daybooks.set(name, daybook)
    return daybook
  }

  async close(): Promise<void> {
    if (!this.#isOpener) return await this.#settle()
    await Promise.all([...this.#assembly.daybooks.values()].map((daybook) => daybook.#settle()))
    await this.store.close()
  }

  async #settle(): Promise<void> {
    await Promise.all([this.#projections.stop(), this.#reactors.stop()])
    await this.#background.settled()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
