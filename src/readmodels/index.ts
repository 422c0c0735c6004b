export { foldRows, type KeyedBatch, toKeyed } from './fold.ts'
export {
  type AnyReadModel,
  type EvolveRow,
  type ReadModel,
  type ReadModelOptions,
  type RowOf,
  readModel,
} from './read-model.ts'
