/** Events and inputs at random: from a maker where one is given, else from what the schema says of itself. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { isDaybookError } from '../../errors/index.ts'
import { type AnyEventDefinition, type NewEvent, toJsonSchema } from '../../events/index.ts'
import type { Random } from '../random.ts'
import { randomValue } from './random-value.ts'

/** By event type or command name: what to make it of. */
export type Makers = Readonly<Record<string, (random: Random) => unknown>>

/** A schema may ask for more than JSON Schema can say; what is made so seldom right needs a maker. */
const MOST_TRIES = 100

/** An event in today's shape. @throws Error when none can be made */
export function randomEvent(random: Random, definition: AnyEventDefinition, makers: Makers): NewEvent {
  const { type, schemas } = definition
  // What is not retired can be made, by calling it.
  const make = definition as unknown as (data: unknown) => NewEvent
  const maker = makers[type] ?? makerOf(schemas.at(-1), type)
  let refusal: unknown
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    try {
      return make(maker(random))
    } catch (error) {
      if (!isDaybookError(error, 'invalid-event')) throw error
      refusal = error
    }
  }
  throw cannotMake(type, `in ${MOST_TRIES} tries, none was good: ${(refusal as Error).message}`, refusal)
}

/** Data in one of the older shapes, as it was stored; undefined where the schema does not say what that was. */
export function randomOldData(random: Random, schema: StandardSchemaV1): unknown {
  const shape = toJsonSchema(schema, 'output')
  if (shape === undefined) return undefined
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const data = randomValue(random, shape)
    const result = schema['~standard'].validate(data)
    if (!(result instanceof Promise) && result.issues === undefined) return data
  }
  return undefined
}

/** An input for a command, which may be refused. @throws Error when none can be made */
export function randomInput(random: Random, name: string, schema: StandardSchemaV1, makers: Makers): unknown {
  return (makers[name] ?? makerOf(schema, name))(random)
}

function makerOf(schema: StandardSchemaV1 | undefined, name: string): Makers[string] {
  const shape = schema && toJsonSchema(schema, 'input')
  if (shape !== undefined) return (random) => randomValue(random, shape)
  throw cannotMake(name, 'its schema cannot be told as JSON Schema')
}

function cannotMake(name: string, problem: string, cause?: unknown): Error {
  const message = `No ${name} can be made at random: ${problem}. Give { make: { ${name}: (random) => … } }.`
  return new Error(message, cause === undefined ? {} : { cause })
}
