/** Reads one stored event as the application would, and more strictly: what it finds is what a customer would meet. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { isDaybookError } from '../errors/index.ts'
import { type RecordedEvent, toCanonicalJson, toJsonSchema, toPathText, validate } from '../events/index.ts'
import type { Reading } from './readers.ts'

/** Why a stored event cannot be read. */
export interface ReadingProblem {
  readonly position: number
  /** To the value that is refused, where one is. */
  readonly path?: string
  readonly message: string
}

/** Undefined when the event can be read. */
export async function tryReading(
  readings: readonly Reading[],
  recorded: RecordedEvent,
): Promise<ReadingProblem | undefined> {
  for (const reading of readings) {
    if (reading.definition.isRetired) continue
    const problem = tryUpcasting(reading, recorded) ?? (await tryToday(reading, recorded))
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Twice, as an upcaster that is not pure gives something else, or has changed what it was given. */
function tryUpcasting({ source, definition }: Reading, recorded: RecordedEvent): ReadingProblem | undefined {
  try {
    const before = toCanonicalJson(recorded)
    const once = toCanonicalJson(source.read(recorded))
    const isPure = once === toCanonicalJson(source.read(recorded)) && before === toCanonicalJson(recorded)
    if (isPure) return undefined
    const message = `${definition.type} is not read twice in the same way: its upcasters must be pure functions.`
    return { position: recorded.position, message }
  } catch (error) {
    return toProblem(error, recorded)
  }
}

function toProblem(error: unknown, { position }: RecordedEvent): ReadingProblem {
  const message = error instanceof Error ? error.message : String(error)
  const path = isDaybookError(error, 'broken-definition') ? error.details.path : undefined
  return { position, ...(path === undefined ? {} : { path }), message }
}

/** What is stored in today's shape is given as it is: nobody else asks its schema again. */
async function tryToday({ definition }: Reading, recorded: RecordedEvent): Promise<ReadingProblem | undefined> {
  const { type, schemaVersion, schemas } = definition
  const schema = schemas.at(-1)
  if (schema === undefined || recorded.type !== type || recorded.schemaVersion !== schemaVersion) return undefined
  const { issues } = await validate(schema, recorded.data)
  const [issue] = issues ?? []
  if (issue === undefined || mayTransform(schema)) return undefined
  const { position } = recorded
  const path = toPathText('data', issue.path)
  const message = `The event ${type} at position ${position} is stored in today's shape, and its schema refuses ${path}: ${issue.message}.`
  return { position, path, message }
}

/**
 * What a schema puts out need not be what it takes in, as with a time that is stored as a text. Where it says that they
 * differ, or cannot say, what it refuses tells nothing of what it put out.
 */
function mayTransform(schema: StandardSchemaV1): boolean {
  if (!('jsonSchema' in schema['~standard'])) return false
  const input = toJsonSchema(schema, 'input')
  const output = toJsonSchema(schema, 'output')
  return input === undefined || output === undefined || toTypes(input) !== toTypes(output)
}

/** Defaults make a difference that is none: what has one is optional on the one side, and always there on the other. */
function toTypes(schema: unknown): string {
  const leaveOut = new Set(['default', 'required', 'additionalProperties'])
  return JSON.stringify(schema, (key, value: unknown) => (leaveOut.has(key) ? undefined : value))
}
