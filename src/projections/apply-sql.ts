/** Applying events by the user's own SQL, in the transaction that moves the checkpoint. */
import { isDaybookError } from '../errors/index.ts'
import type { RecordedEvent } from '../events/index.ts'
import { type AnySqlProjection, readCarefully } from '../readmodels/index.ts'
import type { QuarantinedKey, SqlClient } from '../store/index.ts'
import { type AppliedBatch, gather, type Held, type ProjectionBatch, toMove } from './batch.ts'
import { projectionFailed } from './failures.ts'

/** What one stored event gives: it is applied as one, or not at all. */
export interface KeyedSqlEvent {
  readonly position: number
  readonly parts: readonly { readonly event: RecordedEvent; readonly key: string }[]
  /** Why it could not be read: it is as it was stored, and must not be applied. */
  readonly unreadable?: { readonly cause: unknown }
}

/** @throws `projection-failed` with the position of an event that cannot be read, or of the batch's beginning */
export async function applySql(batch: ProjectionBatch, projection: AnySqlProjection): Promise<AppliedBatch> {
  const { events, checkpoint } = await gather(batch)
  const { free, quarantine } = withholdSql(toKeyedSql(projection, events), batch.held)
  const move = { from: batch.from, to: checkpoint, ...toMove(quarantine) }
  const isSaved = await transact(batch, move, (client) => projection.apply(client, free))
  return { isSaved, rows: free.length, events: events.length, checkpoint, ...toMove(quarantine) }
}

function toKeyedSql(projection: AnySqlProjection, events: readonly RecordedEvent[]): KeyedSqlEvent[] {
  return events.map((recorded) => {
    try {
      const parts = projection.read(recorded).map((event) => ({ event, key: projection.keyOf(event) }))
      return { position: recorded.position, parts }
    } catch (cause) {
      throw projectionFailed(projection.name, recorded.position, cause)
    }
  })
}

/** @throws `projection-failed` with the position of an event whose key cannot be told */
export function toKeyedSqlCarefully(projection: AnySqlProjection, events: readonly RecordedEvent[]): KeyedSqlEvent[] {
  const reader = { read: projection.read, keysOf: (event: RecordedEvent) => [projection.keyOf(event)] }
  return events.map((recorded) => {
    try {
      const keyed = readCarefully(reader, recorded)
      const parts = keyed.flatMap(({ event, keys }) => keys.map((key) => ({ event, key })))
      const unreadable = keyed[0]?.unreadable
      return { position: recorded.position, parts, ...(unreadable && { unreadable }) }
    } catch (cause) {
      throw projectionFailed(projection.name, recorded.position, cause)
    }
  })
}

/** Takes out what belongs to keys whose events wait. */
export function withholdSql(keyed: readonly KeyedSqlEvent[], held: Held = new Map()) {
  const quarantine = new Map<string, QuarantinedKey>()
  const free: RecordedEvent[] = []
  for (const { event, key } of keyed.flatMap(({ parts }) => parts)) {
    const entry = quarantine.get(key) ?? held.get(key)
    if (entry === undefined) free.push(event)
    else quarantine.set(key, { ...entry, waiting: entry.waiting + 1 })
  }
  return { free, quarantine }
}

type Move = Parameters<ProjectionBatch['generation']['save']>[1]
type Work = (client: SqlClient) => Promise<void>

/** @throws `projection-failed` when the statements are to blame, and not the connection */
export async function transact({ generation, readModel }: ProjectionBatch, move: Move, work: Work): Promise<boolean> {
  let failure: unknown
  const watched: Work = async (client) => {
    try {
      await work(client)
    } catch (error) {
      failure = error
      throw error
    }
  }
  try {
    return (await generation.saveWith?.(move, watched)) ?? false
  } catch (error) {
    if (isDaybookError(error, 'connection-lost')) throw error
    if (failure === undefined && !isAborted(error)) throw error
    throw projectionFailed(readModel.name, move.from, failure ?? error)
  }
}

/** A statement had failed before, and was passed over. */
function isAborted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25P02'
}
