export {
  assertReadable,
  type CheckSchemaOptions,
  checkSchema,
  type SchemaReport,
  type TypeReport,
} from './check-schema.ts'
export type { SchemaReader } from './readers.ts'
export type { ReadingProblem } from './try-reading.ts'
