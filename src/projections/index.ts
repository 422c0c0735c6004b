export { applyBatch } from './apply-batch.ts'
export type { AnyProjection, ApplyBatch, ProjectionBatch } from './batch.ts'
export { Unshared } from './failures.ts'
export { InlineAppends } from './inline.ts'
export type { ProjectionPhase, ProjectionStatus } from './progress.ts'
export { openTarget, type ProjectOptions } from './project.ts'
export type { Projection, ReachedOptions, RowsOf } from './projection.ts'
export { type Quarantine, toQuarantine } from './quarantine.ts'
export {
  type DefinitionModule,
  type Difference,
  foldShare,
  type RebuildContext,
  type RebuildOptions,
  type RebuildProgress,
  type RebuildThreads,
  type Rebuilt,
  type Reconciled,
  type ReconcileOptions,
  type RowComparison,
  rebuild,
  reconcile,
  type Share,
  type UnfoldedKey,
} from './rebuilding/index.ts'
export type { ProjectionLag, ProjectionReport } from './report.ts'
export { RunningProjections } from './running-projections.ts'
