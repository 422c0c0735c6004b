import { type EncodedEvent, encodeEvent, findStreamNameProblem, refuseEvent } from '../events/index.ts'
import type { ImportedEvent } from './port.ts'

/** An event to import, checked and encoded. */
export interface PreparedImport {
  readonly stream: string
  readonly event: EncodedEvent
  readonly recordedAt?: Date
}

/** `index` is the event's place in the import, for the error. @throws `invalid-event` */
export function prepareImport(imported: ImportedEvent, index: number): PreparedImport {
  const event = encodeEvent(imported, index)
  const { stream, recordedAt } = imported
  const problem = findStreamNameProblem(stream)
  if (problem !== undefined) refuseEvent(imported, index, 'stream', problem)
  if (recordedAt === undefined) return { stream, event }
  if (!(recordedAt instanceof Date) || Number.isNaN(recordedAt.getTime())) {
    refuseEvent(imported, index, 'recordedAt', 'is not a valid Date')
  }
  return { stream, event, recordedAt: new Date(recordedAt) }
}
