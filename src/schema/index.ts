export {
  assertReadable,
  type CheckSchemaOptions,
  checkSchema,
  type SchemaReport,
  type TypeReport,
} from './check-schema.ts'
export { compareWithLock, type LockDifference, type SchemaLock, toSchemaLock } from './lock.ts'
export type { SchemaReader } from './readers.ts'
export type { ShapeDifference } from './shape-differences.ts'
export type { ReadingProblem } from './try-reading.ts'
