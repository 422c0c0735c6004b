export { applyBatch } from './apply-batch.ts'
export type { AnyProjection, ApplyBatch, ProjectionBatch } from './batch.ts'
export { Unshared } from './failures.ts'
export { InlineAppends } from './inline.ts'
export { openTarget } from './open-target.ts'
export type { ProjectionPhase, ProjectionStatus } from './progress.ts'
export type { ProjectOptions } from './project.ts'
export type { Projection, ReachedOptions, RowsOf } from './projection.ts'
export { type Quarantine, toQuarantine } from './quarantine.ts'
export {
  type DefinitionModule,
  type Difference,
  foldShare,
  type RebuildContext,
  type RebuildOptions,
  type RebuildProgress,
  type RebuildTablesOptions,
  type RebuildThreads,
  type Rebuilt,
  type RebuiltTables,
  type Reconciled,
  type ReconcileOptions,
  type RowComparison,
  rebuild,
  rebuildTables,
  reconcile,
  type Share,
  type TableComparison,
  type UnfoldedKey,
} from './rebuilding/index.ts'
export type { ProjectionLag, ProjectionReport } from './report.ts'
export { RunningProjections } from './running-projections.ts'
