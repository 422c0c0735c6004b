export { assertRows, foldRows, type KeyedBatch, type KeyedEvent, toKeyed } from './fold.ts'
export { foldKey } from './fold-key.ts'
export { assertReadable, readCarefully, toKeyedCarefully } from './read-carefully.ts'
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
