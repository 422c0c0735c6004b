/** Any validator that speaks Standard Schema, asked for a value or for what is wrong with it. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DaybookError } from '../errors/index.ts'

/** One thing that a schema finds wrong. */
export interface Issue {
  /** The keys that lead to the bad value; empty for the value itself. */
  readonly path: readonly PropertyKey[]
  readonly message: string
}

export type Validated<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly value?: undefined; readonly issues: readonly Issue[] }

/** @throws `broken-definition` for what speaks no Standard Schema, which a definition would only notice when it is used */
export function assertSchema(schema: StandardSchemaV1, definition: string): void {
  if (typeof schema?.['~standard']?.validate === 'function') return
  throw brokenDefinition(definition, 'has no Standard Schema, such as zod, valibot and arktype make')
}

/** Validates with a schema that may take its time; at once where it answers at once. */
export function validate<T>(
  schema: StandardSchemaV1<unknown, T>,
  value: unknown,
): Validated<T> | Promise<Validated<T>> {
  const result = schema['~standard'].validate(value)
  return result instanceof Promise ? result.then(toValidated) : toValidated(result)
}

/**
 * Validates with a schema that must answer at once, as recording and reading facts must not wait for the world.
 * @throws `broken-definition` when the schema is asynchronous
 */
export function validateSync<T>(
  schema: StandardSchemaV1<unknown, T>,
  value: unknown,
  definition: string,
): Validated<T> {
  const result = schema['~standard'].validate(value)
  if (!(result instanceof Promise)) return toValidated(result)
  // Nobody will look at it, and its failure must not become unhandled.
  result.catch(() => {})
  throw brokenDefinition(
    definition,
    'has a schema that validates asynchronously; what an event is must not depend on I/O',
  )
}

function toValidated<T>(result: StandardSchemaV1.Result<T>): Validated<T> {
  if (result.issues === undefined) return { value: result.value }
  // Array.from, as some validators' lists are arrays of a class of their own.
  return {
    issues: Array.from(result.issues, ({ path, message }) => ({ path: Array.from(path ?? [], toKey), message })),
  }
}

function toKey(step: PropertyKey | StandardSchemaV1.PathSegment): PropertyKey {
  return typeof step === 'object' ? step.key : step
}

/** Such as `data.items[3].price`. */
export function toPathText(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => text + toStepText(key), root)
}

function toStepText(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`
  const text = String(key)
  return /^[A-Za-z_$][\w$]*$/.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`
}

/** Such as `data.amount: is no number; data.by: is missing`. */
export function listIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${toPathText('data', path)}: ${message}`).join('; ')
}

interface Breach {
  /** Of the stored event that shows it. */
  readonly position?: number
  /** To the value that is wrong. */
  readonly path?: string
  readonly cause?: unknown
}

export function brokenDefinition(definition: string, problem: string, breach: Breach = {}): DaybookError {
  const { cause, ...place } = breach
  const message = `${definition} ${problem}. Correct the definition.`
  const details = { definition, problem, ...place }
  return new DaybookError('broken-definition', message, details, cause === undefined ? {} : { cause })
}

/**
 * Refuses a promise where a definition's function must answer at once.
 * @throws `broken-definition`
 */
export function assertSynchronous(value: unknown, definition: string, does: string): void {
  if (!(value instanceof Promise)) return
  value.catch(() => {})
  throw brokenDefinition(definition, `${does} asynchronously; it must be a pure function of what it is given`)
}
