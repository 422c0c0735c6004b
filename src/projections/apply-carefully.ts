/**
 * Applying a batch of which something has failed: each key by itself, so that what cannot be applied holds up its own
 * key and no other. The key is quarantined at the event that failed: that and its later events wait, in order.
 */
import { isDaybookError, toReason } from '../errors/index.ts'
import type { RecordedEvent } from '../events/index.ts'
import { type AnyReadModel, type AnySqlProjection, toKeyedCarefully } from '../readmodels/index.ts'
import type { QuarantinedKey, RowChange, StoredRow } from '../store/index.ts'
import { withhold } from './apply-batch.ts'
import { type KeyedSqlEvent, toKeyedSqlCarefully, transact, withholdSql } from './apply-sql.ts'
import { type AppliedBatch, gather, type ProjectionBatch, toMove } from './batch.ts'
import { projectionFailed } from './failures.ts'
import { type Failure, foldEachKey } from './fold-each-key.ts'

export interface CarefulBatch extends ProjectionBatch {
  /** More keys than this are no poison, but a broken definition: the projection stops. */
  readonly maxQuarantinedKeys: number
  /** Told of each key that is quarantined, once that is saved. */
  readonly onQuarantined: (failure: Failure) => void
}

/** @throws `projection-failed` when it is not one key's affair: the key of an event cannot be told, or there are too many of them */
export async function applyCarefully(batch: CarefulBatch): Promise<AppliedBatch> {
  const { readModel } = batch
  return 'kind' in readModel ? await runCarefully(batch, readModel) : await foldCarefully(batch, readModel)
}

async function foldCarefully(batch: CarefulBatch, readModel: AnyReadModel): Promise<AppliedBatch> {
  const { generation, from, held } = batch
  const { events, checkpoint } = await gather(batch)
  const quarantine = new Map<string, QuarantinedKey>()
  const free = withhold(toKeyedCarefully(readModel, events), held, quarantine)
  const rows = await generation.load(free.keys)
  const { changes, failures: poisoned } = foldEachKey(readModel, { events: free.events, rows, place: generation })
  for (const [key, cause] of await findRefused(batch, changes)) {
    changes.delete(key)
    const own = free.events.filter(({ keys }) => keys.includes(key))
    poisoned.set(key, { key, position: firstNew(own[0]?.event, rows.get(key), own), cause, waiting: own.length })
  }
  for (const { waiting, ...failure } of poisoned.values()) quarantine.set(failure.key, toEntry(failure, waiting))
  assertNotTooMany(batch, [...poisoned.values()])
  const isSaved = await generation.save(changes, { from, to: checkpoint, ...toMove(quarantine) })
  if (isSaved) for (const failure of poisoned.values()) batch.onQuarantined(failure)
  return { isSaved, rows: changes.size, events: events.length, checkpoint, ...toMove(quarantine) }
}

/** The first of a key's events that its stored row does not hold yet. */
function firstNew(
  first: RecordedEvent | undefined,
  before: StoredRow | undefined,
  own: readonly { readonly event: RecordedEvent }[],
): number {
  const fresh = own.find(({ event }) => event.position > (before?.position ?? 0))
  return fresh?.event.position ?? first?.position ?? 0
}

/**
 * Which of the rows the target does not take. They are tried one by one, ahead of the checkpoint: a row bears its
 * position, so that the batch is not applied to it twice.
 */
async function findRefused({ generation, from }: CarefulBatch, changes: ReadonlyMap<string, RowChange>) {
  const refused = new Map<string, unknown>()
  for (const [key, change] of changes) {
    try {
      await generation.save(new Map([[key, change]]), { from, to: from })
    } catch (error) {
      if (!isDaybookError(error, 'row-refused')) throw error
      refused.set(key, error)
    }
  }
  return refused
}

function toEntry({ key, position, cause }: Failure, waiting: number): QuarantinedKey {
  return { key, position, waiting, error: toReason(cause), since: new Date() }
}

function assertNotTooMany({ readModel, held, maxQuarantinedKeys }: CarefulBatch, failures: readonly Failure[]): void {
  const [first] = failures
  if (first === undefined || (held?.size ?? 0) + failures.length <= maxQuarantinedKeys) return
  throw projectionFailed(readModel.name, first.position, first.cause)
}

/** Each event in a transaction of its own, so that one that fails takes back nothing but itself. */
async function runCarefully(batch: CarefulBatch, projection: AnySqlProjection): Promise<AppliedBatch> {
  const held = new Map(batch.held)
  const changed = new Map<string, QuarantinedKey>()
  const { events, checkpoint } = await gather(batch)
  const keyed = toKeyedSqlCarefully(projection, events)
  let { from } = batch
  let rows = 0
  for (const [place, event] of keyed.entries()) {
    const to = place === keyed.length - 1 ? checkpoint : event.position
    const applied = await runOne({ ...batch, held, from }, projection, { event, to })
    if (!applied.isSaved) return { ...applied, events: events.length, checkpoint }
    for (const [key, entry] of applied.quarantine ?? []) {
      held.set(key, entry)
      changed.set(key, entry)
    }
    rows += applied.rows
    from = to
  }
  return { isSaved: true, rows, events: events.length, checkpoint, ...toMove(changed) }
}

interface One {
  readonly event: KeyedSqlEvent
  readonly to: number
}

type Ran = Pick<AppliedBatch, 'isSaved' | 'rows' | 'quarantine'>

async function runOne(batch: CarefulBatch, projection: AnySqlProjection, { event, to }: One): Promise<Ran> {
  const { generation, from, held, onQuarantined } = batch
  const { free, quarantine } = withholdSql([event], held)
  try {
    if (event.unreadable !== undefined && free.length > 0) {
      throw projectionFailed(projection.name, event.position, event.unreadable.cause)
    }
    const isSaved = await transact(batch, { from, to, quarantine }, (client) => projection.apply(client, free))
    return { isSaved, rows: free.length, quarantine }
  } catch (error) {
    if (!isDaybookError(error, 'projection-failed')) throw error
    const cause = error.cause ?? error
    const keys = new Set(event.parts.filter(({ key }) => !quarantine.has(key)).map(({ key }) => key))
    const failures = [...keys].map((key) => ({ key, position: event.position, cause }))
    assertNotTooMany(batch, failures)
    for (const failure of failures) quarantine.set(failure.key, toEntry(failure, 1))
    const isSaved = await generation.save(new Map(), { from, to, quarantine })
    if (isSaved) for (const failure of failures) onQuarantined(failure)
    return { isSaved, rows: 0, quarantine }
  }
}
