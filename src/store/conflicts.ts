/** The refusals and failures that only a store can give, worded once for all engines. */
import { DaybookError } from '../errors/index.ts'
import type { ExpectedVersion } from './port.ts'

export function versionConflict(log: string, stream: string, expected: ExpectedVersion, actual: number): DaybookError {
  const wanted = typeof expected === 'number' ? `expected ${expected}` : `expected ${EXPECTATIONS[expected]}`
  const message = `Stream ${stream} is at version ${actual}, ${wanted}. Load it again and decide again.`
  return new DaybookError('version-conflict', message, { log, stream, expected: expected as number, actual })
}

const EXPECTATIONS = { none: 'none (0)', exists: 'that it exists (1 or more)', any: 'any' }

export function boundaryConflict(log: string, after: number, position: number): DaybookError {
  const message =
    `An event that the append must not miss was recorded at position ${position} of log ${log}, ` +
    `after position ${after}, which was the last one looked at. Read again and decide again.`
  return new DaybookError('boundary-conflict', message, { log, after, position })
}

export function eventIdTaken(log: string, id?: string): DaybookError {
  const which = id === undefined ? 'One of the events has an id' : `The event id ${id} is one`
  const message =
    `${which} that log ${log} holds already, elsewhere than this append would put it, or that was given twice. ` +
    'Nothing was written. Give each event an id of its own, or leave ids out.'
  return new DaybookError('event-id-taken', message, { log, ...(id === undefined ? {} : { id }) })
}

export function importOutOfOrder(log: string, event: number, recordedAt: Date, last: Date): DaybookError {
  const details = { log, event, recordedAt: recordedAt.toISOString(), last: last.toISOString() }
  const message =
    `Event ${event + 1} of the import was recorded at ${details.recordedAt}, before the last one of log ${log}, ` +
    `at ${details.last}. Sort the import by time, or leave recordedAt out. The batches before it stay.`
  return new DaybookError('import-out-of-order', message, details)
}

export function notSupported(engine: string, capability: string): DaybookError {
  const message = `The engine ${engine} does not support ${capability}. Look at store.capabilities before asking for it.`
  return new DaybookError('not-supported', message, { engine, capability })
}

export function storeClosed(engine: string): DaybookError {
  return new DaybookError('closed', `The ${engine} store is closed. Open it again to go on.`, { what: 'store' })
}

/** What may be lost of what is acknowledged, and the code by which that is known. */
export interface DurabilityRisk {
  readonly code: string
  /** A sentence or two: what is lost when, and what to do about it. */
  readonly risk: string
}

/** @param holder What would lose it, such as `The Redis server`. */
export function notDurable(engine: string, holder: string, { code, risk }: DurabilityRisk): DaybookError {
  const message = `${holder} may lose acknowledged appends, and requireDurable asks that it does not. ${risk}`
  return new DaybookError('not-durable', message, { engine, risk: code })
}

export function generationMissing(readModel: string, problem: string): DaybookError {
  const message = `The read model ${readModel} has ${problem}. List its generations to see what there is.`
  return new DaybookError('generation-missing', message, { readModel })
}

export function connectionLost(engine: string, attempts: number, cause: unknown): DaybookError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const tried = attempts === 1 ? 'one attempt' : `${attempts} attempts`
  const message =
    `The server of the ${engine} store cannot be reached, or was lost (${reason}), in ${tried}. ` +
    'See that it runs and that its address is right, then try again.'
  return new DaybookError('connection-lost', message, { engine, attempts }, { cause })
}

export function appendUnconfirmed(log: string, eventIds: readonly string[], cause: unknown): DaybookError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message =
    `The connection was lost (${reason}) while an append to log ${log} was under way: its events may be recorded ` +
    'or not. Append again with the same event ids: if they are recorded already, nothing is written twice.'
  return new DaybookError('append-unconfirmed', message, { log, eventIds }, { cause })
}
