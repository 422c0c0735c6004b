export { assertRows, foldRows, type KeyedBatch, toKeyed } from './fold.ts'
export { foldKey } from './fold-key.ts'
export {
  type AnyReadModel,
  type EvolveRow,
  type ReadModel,
  type ReadModelOptions,
  type RowOf,
  readModel,
} from './read-model.ts'
export {
  type AnySqlProjection,
  type SqlProjection,
  type SqlProjectionOptions,
  sqlProjection,
} from './sql-projection.ts'
