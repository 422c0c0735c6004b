export {
  type Aggregate,
  type AnyAggregate,
  aggregate,
  type Command,
  type CommandContext,
  command,
  fold,
  type JointCommand,
  type JointContext,
  type Rejection,
  reject,
  type StateOf,
} from './aggregates/index.ts'
export type {
  Accepted,
  AcceptedJointly,
  CommandResult,
  Conflict,
  Executable,
  ExecuteOptions,
  InputOf,
  Invalid,
  Rejected,
  ResultOf,
  TargetOf,
} from './commands/index.ts'
export type { AppendToStreamOptions, Daybook, Instruments } from './daybook-interface.ts'
export { DaybookError, type DaybookErrorCode, type DaybookErrorDetails, isDaybookError } from './errors/index.ts'
export {
  type AnyEventDefinition,
  type EventDefinition,
  event,
  type Issue,
  type JsonValue,
  type Metadata,
  type NewEvent,
  type NewEventOptions,
  type NewOf,
  type RecordedEvent,
  type RecordedOf,
  type StreamName,
} from './events/index.ts'
export { type OpenOptions, open, type PostgresPool } from './open.ts'
export type { Projection, ProjectionStatus, ProjectOptions } from './projections/index.ts'
export { type AnyReadModel, type ReadModel, type RowOf, readModel } from './readmodels/index.ts'
export type {
  Appended,
  AppendOptions,
  AppendRequest,
  Boundary,
  EventFilter,
  EventLog,
  EventReader,
  EventStore,
  ExpectedVersion,
  Imported,
  ImportedEvent,
  ImportOptions,
  ReadModelTarget,
  ReadModelTargets,
  ReadOptions,
  ReadStreamOptions,
  StreamInfo,
  TailOptions,
} from './store/index.ts'
export type { AggregateAt, Point } from './temporal/index.ts'
