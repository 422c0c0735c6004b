/** Something that is to be caused outside, as a value: what and with which data. Who does it is no part of it. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { DaybookError } from '../errors/index.ts'
import {
  dropUndefined,
  findJsonProblem,
  findNameProblem,
  type JsonOnly,
  toPathText,
  validateSync,
} from '../events/index.ts'
import { refuse } from '../store/index.ts'

type InputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferInput<Schema>
type OutputOf<Schema extends StandardSchemaV1> = StandardSchemaV1.InferOutput<Schema>

/** What is to be caused. */
export interface Effect<Name extends string = string, Data = unknown> {
  /** The definition's name. */
  readonly effect: Name
  readonly data: Data
}

/** Any effect's definition. */
export interface AnyEffectDefinition {
  (data: never): Effect
  /** Its name. */
  readonly effect: string
}

/**
 * Makes an effect: `SendMail({ to: 'ada@example.com' })`. The data is validated by the schema.
 * @throws `invalid-effect`
 */
export interface EffectDefinition<Name extends string, Data, Input = Data> {
  (data: Input): Effect<Name, Data>
  /** Its name. */
  readonly effect: Name
}

/** An effect of one of the definitions. */
export type EffectOf<Definition extends AnyEffectDefinition> = ReturnType<Definition>

/** As long as the type of an event may be. */
const MAX_EFFECT_NAME_LENGTH = 128

/**
 * Defines an effect.
 *
 * @param name What is to be done, such as `SendMail`; at most 128 characters.
 * @param schema Any Standard Schema validator (zod, valibot, arktype …) that answers at once and puts out JSON.
 * @throws `invalid-argument` for a bad name
 * @example
 * const SendMail = effect('SendMail', z.object({ to: z.email(), subject: z.string() }))
 * SendMail({ to: 'ada@example.com', subject: 'Welcome' })
 */
export function effect<const Name extends string, Schema extends StandardSchemaV1>(
  name: Name,
  schema: Schema & JsonOnly<OutputOf<Schema>>,
): EffectDefinition<Name, OutputOf<Schema>, InputOf<Schema>> {
  const problem = findNameProblem(name, MAX_EFFECT_NAME_LENGTH)
  if (problem !== undefined) refuse('name', problem)
  const make = (given: InputOf<Schema>): Effect<Name, OutputOf<Schema>> => {
    const validated = validateSync(schema, given, `The effect ${name}`)
    const [issue] = validated.issues ?? []
    if (issue !== undefined) throw invalidEffect(name, toPathText('data', issue.path), issue.message)
    const data = dropUndefined(validated.value)
    const found = findJsonProblem(data, 'data')
    if (found !== undefined) throw invalidEffect(name, found.path, found.problem)
    // The schema's output type is the effect's.
    return { effect: name, data: data as OutputOf<Schema> }
  }
  Object.defineProperty(make, 'name', { value: name })
  return Object.assign(make, { effect: name })
}

function invalidEffect(name: string, path: string, problem: string): DaybookError {
  const message = `The effect ${name} cannot be made: ${path}: ${problem}. Nothing was caused.`
  return new DaybookError('invalid-effect', message, { effect: name, path, problem })
}
