export { type ApplyBatch, applyBatch, type ProjectionBatch } from './apply-batch.ts'
export type { ProjectionStatus } from './progress.ts'
export { type ProjectOptions, project } from './project.ts'
export type { Projection, ReachedOptions } from './projection.ts'
export {
  type DefinitionModule,
  type Difference,
  type RebuildOptions,
  type RebuildProgress,
  type Rebuilt,
  type Reconciled,
  type ReconcileOptions,
  type RowComparison,
  rebuild,
  reconcile,
} from './rebuilding/index.ts'
