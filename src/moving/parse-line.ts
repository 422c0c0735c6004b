/** One line of JSON to an event that can be imported; what the store checks of every event is left to the store. */
import type { ImportedEvent } from '../store/index.ts'
import { fromCloudEvent, isCloudEvent } from './cloud-event.ts'
import { invalidLine } from './invalid-line.ts'
import type { Line } from './lines.ts'

export interface ParsedLine {
  readonly line: number
  readonly event: ImportedEvent
  /** The version that the event must get; undefined when the line does not say. */
  readonly version: number | undefined
}

/** ISO 8601 with a zone: a time without one would be another time on another machine. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
const KNOWN = new Set([
  'position',
  'stream',
  'version',
  'id',
  'type',
  'schemaVersion',
  'recordedAt',
  'data',
  'metadata',
  'tags',
])

/** @throws `invalid-line` */
export function parseLine({ number, text }: Line): ParsedLine {
  const fields = toFields(number, text)
  const unknown = Object.keys(fields).find((field) => !KNOWN.has(field))
  if (unknown !== undefined) throw invalidLine(number, `has a field ${JSON.stringify(unknown)} that no event has`)
  const { position: _position, version, recordedAt, ...event } = fields
  if (version !== undefined && !(Number.isInteger(version) && (version as number) >= 1)) {
    throw invalidLine(number, 'version is not a whole number from 1 on')
  }
  return {
    line: number,
    // Every field that is there is checked by the store's own gate.
    event: {
      ...event,
      ...(recordedAt === undefined ? {} : { recordedAt: toTime(number, recordedAt) }),
    } as ImportedEvent,
    version: version as number | undefined,
  }
}

function toFields(number: number, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is not an object')
    const fields = value as Readonly<Record<string, unknown>>
    return isCloudEvent(fields) ? fromCloudEvent(fields) : fields
  } catch (cause) {
    throw invalidLine(number, `it is no event as JSON (${(cause as Error).message})`, cause)
  }
}

function toTime(number: number, value: unknown): Date {
  const time = typeof value === 'string' && TIME.test(value) ? new Date(value) : undefined
  if (time !== undefined && !Number.isNaN(time.getTime())) return time
  throw invalidLine(
    number,
    `its time ${JSON.stringify(value)} is not ISO 8601 with a zone, such as 2026-03-31T12:00:00.000Z`,
  )
}
