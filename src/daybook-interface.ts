import type { AnyAggregate, LoadAggregate, StateOf } from './aggregates/index.ts'
import type { ArgumentsOf, Causation, CausationOptions, Executable, Execute, ResultOf } from './commands/index.ts'
import type { AnyEventDefinition, NewEvent, RecordedEvent, RecordedOf } from './events/index.ts'
import type {
  AnyProjection,
  ApplyBatch,
  Projection,
  ProjectionReport,
  ProjectOptions,
  Quarantine,
  RebuildOptions,
  RebuildTablesOptions,
  Rebuilt,
  RebuiltTables,
  Reconciled,
  ReconcileOptions,
  RowsOf,
} from './projections/index.ts'
import type { EffectHandlers, KeptDeadLetters, ReactOptions, ReactorReport, RunningReactor } from './reacting/index.ts'
import type { AnyReactor } from './reactors/index.ts'
import type { AnyReadModel, AnySqlProjection } from './readmodels/index.ts'
import type {
  Appended,
  AppendOptions,
  AppendRequest,
  EventLog,
  EventReader,
  EventStore,
  ExpectedVersion,
  GenerationInfo,
  Imported,
  ImportedEvent,
  ImportOptions,
  ListStreamsOptions,
  ReadModelTargets,
  ReadOptions,
  ReadStreamOptions,
  StreamInfo,
  TailOptions,
  TypeInfo,
} from './store/index.ts'
import type { AggregateAt, Point } from './temporal/index.ts'

/**
 * One log of a store, with everything that can be done with it. `open` gives the log `main`.
 *
 * Whatever the caller can expect to happen is a value; what it could not foresee is a `DaybookError`.
 */
export interface Daybook {
  /** Of the log. */
  readonly name: string
  /** The port below, for what is not here. */
  readonly store: EventStore

  /**
   * Executes a command on the aggregate `target` (or on one for each part; a command within boundaries takes none):
   * validates the input, asks who may, loads, decides, appends if that is still so, and decides again when others have
   * written meanwhile.
   * @throws `command-id-reused`, `broken-definition`, `authorisation-failed`, `unreadable-event`, `invalid-argument`, `append-unconfirmed`,
   * `connection-lost`
   * @example
   * const result = await daybook.execute(withdraw, 'A17', { amount: 20, channel: 'atm' }, { commandId })
   * if (result.status === 'rejected') console.log(result.reason, result.details)
   * @example
   * await daybook.execute(enrol, { course: 'databases', student: 'S7' }) // within boundaries: no target
   */
  execute<Command extends Executable>(command: Command, ...asked: ArgumentsOf<Command>): Promise<ResultOf<Command>>

  /**
   * What an event or a command was caused by, and what it caused, by its id; undefined when the log knows none with it.
   * A command is known by its events.
   * @throws `invalid-argument`
   * @example
   * const causation = await daybook.causation(event.id)
   * causation?.causes // what led to it, the first cause first
   * causation?.node.effects // what it caused, each with its own effects
   */
  causation(id: string, options?: CausationOptions): Promise<Causation | undefined>

  /**
   * The state of an aggregate, now or at a point of its history.
   * @throws `unreadable-event`, `invalid-argument`
   * @example await daybook.stateOf(Account, 'A17', { at: new Date('2026-03-31T23:59:59Z') })
   */
  stateOf<Definition extends AnyAggregate>(
    definition: Definition,
    id: string,
    point?: Point,
  ): Promise<StateOf<Definition>>
  /** The same with its version, and the position of the last event in it. */
  load<Definition extends AnyAggregate>(
    definition: Definition,
    id: string,
    point?: Point,
  ): Promise<AggregateAt<StateOf<Definition>>>

  /**
   * Deletes the snapshots of one stream, or all of the log. What they save is time alone: states are the same without.
   * @throws `invalid-argument`
   */
  clearSnapshots(stream?: string): Promise<void>

  /**
   * Keeps a read model, or tables by SQL of your own, up to date, from its checkpoint on. A second call while it runs
   * gives the same projection. Of several processes that do so one is at work; the others wait to take over.
   * @throws `projection-name-taken`; `rebuild-needed` when the rows were made by another definition; `not-supported` for
   * an SQL projection elsewhere than on PostgreSQL and PGlite
   * @example
   * const projection = await daybook.project(balances)
   * await projection.reached(result.position)
   * await projection.get('A17')
   */
  project<Definition extends AnyProjection>(
    definition: Definition,
    options?: ProjectOptions,
  ): Promise<Projection<RowsOf<Definition>>>
  /** How the projections of this log are doing: those that run here, and those that other processes have told of. */
  projections(): Promise<readonly ProjectionReport[]>

  /**
   * Folds a read model anew beside the live rows, which go on being read and kept up to date, compares the two, and
   * swaps them; the old rows are kept for `rollBack`. What was stopped, in whatever way, goes on where it was.
   * @throws `rebuild-under-way`, `rebuild-needed` where `from` would mix two definitions, `projection-failed`
   * @example
   * const { comparison } = await daybook.rebuild(balances, { verifyOnly: true })
   * if (comparison?.isEqual === false) console.log(comparison.sample)
   */
  rebuild(readModel: AnyReadModel, options?: RebuildOptions): Promise<Rebuilt>
  /**
   * The same for the tables of an SQL projection that declares its `tables` and its `setup`.
   * @throws `not-supported` where it does not, or where they cannot be moved; `rebuild-under-way`, `projection-failed`
   * @example await daybook.rebuild(revenue, { accept: ({ isEqual }) => isEqual })
   */
  rebuild(projection: AnySqlProjection, options?: RebuildTablesOptions): Promise<RebuiltTables>
  /**
   * Makes the rows live again that were so before the last rebuild, and keeps those that were live: a second call takes
   * the first one back. They are as old as the rebuild until their projection has caught up.
   * @throws `generation-missing` when there are none
   */
  rollBack(projection: AnyProjection, options?: WhereKept): Promise<void>
  /**
   * Folds a sample of a read model's rows anew, or all of them, and compares them with those that are live.
   * @throws `rebuild-needed`, `projection-failed`
   * @example
   * const { drifted, repaired } = await daybook.reconcile(balances, { sample: 'all', repair: true })
   */
  reconcile(readModel: AnyReadModel, options?: ReconcileOptions): Promise<Reconciled>
  /** The generations of a projection's rows: the live one, and perhaps one that is built, and the previous one. */
  generations(projection: AnyProjection, options?: WhereKept): Promise<readonly GenerationInfo[]>
  /** The keys of a projection whose events wait, whoever keeps it up to date. */
  quarantine(projection: AnyProjection, options?: WhereKept): Promise<Quarantine>

  /**
   * Runs a reactor: causes the effects of what is recorded, in the order of the log, by the handlers given; from its
   * checkpoint on, or, when it has never run on this log, from now on. An effect that fails is tried again, and becomes a
   * dead letter when it fails too often. Of several processes that do so one is at work; the others wait to take over.
   *
   * An effect is caused at least once, and each time with the same key. No rebuild ever causes one again.
   * @throws `reactor-name-taken`, `checkpoint-ahead`, `invalid-argument`
   * @example
   * const reactor = await daybook.react(welcome, {
   *   SendMail: ({ to, subject }, { key }) => mailer.send({ to, subject, idempotencyKey: key }),
   * })
   */
  react<Definition extends AnyReactor>(
    definition: Definition,
    handlers: EffectHandlers<Definition>,
    options?: ReactOptions,
  ): Promise<RunningReactor>
  /** How the reactors of this log are doing: those that run here, and those that other processes have told of. */
  reactors(): Promise<readonly ReactorReport[]>
  /** The effects of a reactor that failed for good, by its name. To try them again takes its handlers: see `react`. */
  deadLetters(reactor: string): KeptDeadLetters

  /**
   * Records events in one stream, or in several at once: all of them, or none.
   * @throws `version-conflict`, `boundary-conflict`, `invalid-event`, `invalid-argument`, `event-id-taken`,
   * `append-unconfirmed`, `connection-lost`
   */
  append(request: AppendRequest, options?: AppendOptions): Promise<Appended>
  // The last, as the compiler complains of the last where none fits, and this is the one that is mostly meant.
  append(stream: string, events: NewEvent | readonly NewEvent[], options?: AppendToStreamOptions): Promise<Appended>

  /** The events of one stream, by version; with `events`, in today's shape (`unreadable-event` for any other type). */
  readStream<const Definitions extends Defined = readonly []>(
    stream: string,
    options?: ReadStreamOptions & Shapes<Definitions>,
  ): EventReader<EventsOf<Definitions>>
  /** The events of the log, by position; with `events`, of those types alone and in today's shape. */
  read<const Definitions extends Defined = readonly []>(
    options?: ReadOptions & Shapes<Definitions>,
  ): EventReader<EventsOf<Definitions>>
  /** The same from a position on, through history into the present, until aborted. */
  tail<const Definitions extends Defined = readonly []>(
    options?: TailOptions & Shapes<Definitions>,
  ): EventReader<EventsOf<Definitions>>

  /** The version of a stream: 0 when it has no events. */
  streamVersion(stream: string): Promise<number>
  /** The position of the log's last event: 0 when there is none. */
  head(): Promise<number>
  /** The position of the last event that was recorded at or before `time`: 0 when there is none. */
  positionAt(time: Date): Promise<number>
  /** The streams and their versions, in the byte order of their names in UTF-8. */
  streams(options?: ListStreamsOptions): AsyncIterable<StreamInfo>
  /** What the log holds, by type, schema version and category, with counts and the first and last positions. */
  types(): Promise<readonly TypeInfo[]>
  /**
   * Takes in history that was recorded elsewhere, in order; each batch is atomic.
   * @throws `import-out-of-order`, `invalid-event`, `event-id-taken`
   */
  import(events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>, options?: ImportOptions): Promise<Imported>

  /** Another log of the same store: independent in order and in locking. Closing it ends only what was begun on it. */
  log(name: string): Daybook
  /** Stops projections and reactors, waits for snapshots under way, and closes the store. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Where a projection's rows are kept: by the engine, when absent. */
export type WhereKept = Pick<ProjectOptions, 'targets'>

export interface AppendToStreamOptions extends AppendOptions, Omit<AppendRequest, 'streams'> {
  /** `'any'` when absent. */
  readonly expectedVersion?: ExpectedVersion
}

type Defined = readonly AnyEventDefinition[]

interface Shapes<Definitions extends Defined> {
  /**
   * Definitions that lift what is stored to today's shape, whatever its name was. Without them events come as they are
   * stored. A stored event that is split comes as all its parts, which a `limit` counts as one.
   */
  readonly events?: Definitions
}

/** What a reader gives: stored events, or those of the definitions. */
export type EventsOf<Definitions extends Defined> = Definitions extends readonly []
  ? RecordedEvent
  : RecordedOf<Definitions[number]>

/** Wraps the ports of a daybook when it is assembled: to look at what passes, not to change it. */
export interface Instruments {
  log?(log: EventLog): EventLog
  load?(load: LoadAggregate): LoadAggregate
  execute?(execute: Execute): Execute
  targets?(targets: ReadModelTargets): ReadModelTargets
  applyBatch?(applyBatch: ApplyBatch): ApplyBatch
}
