/** A validator's shape as JSON Schema, where the validator gives it: for locks, and for making values at random. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * What a schema takes in (`input`) or puts out (`output`). Undefined where the validator does not speak Standard JSON
 * Schema, or where it says that JSON Schema cannot tell: a transform's output, for one.
 */
export function toJsonSchema(schema: StandardSchemaV1, side: 'input' | 'output'): JsonSchema | undefined {
  const { jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>
  try {
    return jsonSchema?.[side]({ target: 'draft-2020-12' })
  } catch {
    // The standard's way of saying "not supported"; validators throw errors of their own.
    return undefined
  }
}
