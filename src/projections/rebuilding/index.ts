export type { Difference, RowComparison } from './comparison.ts'
export { foldShare } from './fold-share.ts'
export type { RebuildProgress } from './plan.ts'
export {
  type DefinitionModule,
  type RebuildContext,
  type RebuildOptions,
  type RebuildThreads,
  type Rebuilt,
  rebuild,
} from './rebuild.ts'
export { rebuildsUnderWay } from './rebuild-lease.ts'
export {
  type RebuildTablesOptions,
  type RebuiltTables,
  rebuildTables,
  type TableComparison,
} from './rebuild-tables.ts'
export { type Reconciled, type ReconcileOptions, reconcile } from './reconcile.ts'
export type { UnfoldedKey } from './sampled-fold.ts'
export type { Share } from './share.ts'
