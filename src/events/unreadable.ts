import { DaybookError } from '../errors/index.ts'
import type { RecordedEvent } from './recorded-event.ts'

/** The schema versions of a type that the code knows. */
export interface KnownVersions {
  readonly oldest: number
  readonly newest: number
}

/** `known` is undefined when the code does not know the type. */
export function unreadableEvent(recorded: RecordedEvent, known: KnownVersions | undefined): DaybookError {
  const { type, schemaVersion, position } = recorded
  const message = `The event ${type} at position ${position} ${toProblem(schemaVersion, known)}`
  return new DaybookError('unreadable-event', message, { type, schemaVersion, known: known?.newest ?? 0, position })
}

function toProblem(schemaVersion: number, known: KnownVersions | undefined): string {
  if (known === undefined) return 'has a type that is not defined here. Add its definition to the events that are read.'
  const { oldest, newest } = known
  if (schemaVersion > newest) {
    return `has schema version ${schemaVersion}, and this code knows ${newest}. It was written by a newer release: read it with that one.`
  }
  return `has schema version ${schemaVersion}, and this code knows ${oldest} to ${newest}. Define the shape that it has.`
}
