export { accessRefused, isTlsFailure } from './access.ts'
export { type FoundCommand, type Member, type Outcome, toRecorded } from './append-outcome.ts'
export {
  assertPosition,
  type PreparedAppend,
  type PreparedBoundary,
  type PreparedCondition,
  type PreparedWrite,
  prepareAppend,
  refuse,
  toExpectedVersion,
} from './append-request.ts'
export { type AppendConnection, Appender } from './appender.ts'
export {
  appendUnconfirmed,
  boundaryConflict,
  connectionLost,
  type DurabilityRisk,
  eventIdTaken,
  generationMissing,
  importOutOfOrder,
  notDurable,
  notSupported,
  storeClosed,
  versionConflict,
} from './conflicts.ts'
export { compareTypes, countTypes } from './count-types.ts'
export type {
  EncodedSnapshot,
  EncodedTerms,
  EngineLeases,
  EngineLog,
  EngineSnapshots,
  TailPages,
} from './engine-log.ts'
export { type Page, type PageSource, pagedReader, passBatches } from './event-reader.ts'
export { toFolder } from './file-url.ts'
export {
  assertReadOptions,
  MAX_CORRELATION_ID_LENGTH,
} from './filter.ts'
export { type PreparedImport, prepareImport } from './import-request.ts'
export type * from './keepsakes.ts'
export { Lifetime } from './lifetime.ts'
export { Logs } from './logs.ts'
export { matchesTerms } from './matches.ts'
export { openMemory } from './memory/index.ts'
export { assertProjectionName } from './names.ts'
export { isInPartition } from './partition.ts'
export type * from './port.ts'
export type {
  CatchUpWithin,
  CheckpointMove,
  ComparedTable,
  EntriesOptions,
  Generation,
  GenerationInfo,
  GenerationState,
  OwnTables,
  PromoteOptions,
  QuarantinedKey,
  ReadModelTarget,
  ReadModelTargets,
  RowChange,
  RowEntry,
  StoredRow,
  TableSum,
} from './read-model-target.ts'
export { type RepeatLookups, toAppended } from './repeats.ts'
export { type Losses, namingLoss, RETRY_FOR_MS, retrying, SOCKET_LOSSES, toBackOffMs } from './retry.ts'
export { isSqlStore, type SqlClient, type SqlDatabase, type SqlStore } from './sql-store.ts'
export { tailReader } from './tail.ts'
export { unlessAborted } from './unless-aborted.ts'
export { upcastReader } from './upcast-reader.ts'
export { Wakeups } from './wakeups.ts'
export { withAppend } from './with-append.ts'
