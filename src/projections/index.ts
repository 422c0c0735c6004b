export { type ApplyBatch, applyBatch, type ProjectionBatch } from './apply-batch.ts'
export type { ProjectionStatus } from './progress.ts'
export { type ProjectOptions, project } from './project.ts'
export type { Projection, ReachedOptions } from './projection.ts'
