export type { Difference, RowComparison } from './comparison.ts'
export type { RebuildProgress } from './plan.ts'
export { type DefinitionModule, type RebuildOptions, type Rebuilt, rebuild } from './rebuild.ts'
export { type Reconciled, type ReconcileOptions, reconcile } from './reconcile.ts'
