/** Applying a batch of events to a projection: the quick way, in which nothing is expected to fail. */
import { type AnyReadModel, foldRows, type KeyedBatch, toKeyed } from '../readmodels/index.ts'
import type { QuarantinedKey } from '../store/index.ts'
import { applySql } from './apply-sql.ts'
import { type AppliedBatch, type Held, type ProjectionBatch, toMove } from './batch.ts'

/** Reads the rows that the batch touches, folds it into them, and writes them with the checkpoint. */
export async function applyBatch(batch: ProjectionBatch): Promise<AppliedBatch> {
  const { readModel } = batch
  return 'kind' in readModel ? await applySql(batch, readModel) : await applyRows(batch, readModel)
}

async function applyRows(batch: ProjectionBatch, readModel: AnyReadModel): Promise<AppliedBatch> {
  const { generation, events, from, checkpoint, held, remembered } = batch
  const { free, quarantine } = withhold(toKeyed(readModel, events), held)
  const rows = await (remembered ?? generation).load(free.keys)
  const changes = foldRows(readModel, rows, free, generation)
  remembered?.keep(changes)
  batch.onFolded?.()
  if (batch.previous !== undefined && !(await batch.previous).isSaved) return { isSaved: false, rows: changes.size }
  const isSaved = await generation.save(changes, { from, to: checkpoint, ...toMove(quarantine) })
  return { isSaved, rows: changes.size, ...toMove(quarantine) }
}

interface Withheld {
  /** What may be applied. */
  readonly free: KeyedBatch
  /** The held keys of which more events wait now. */
  readonly quarantine: Map<string, QuarantinedKey>
}

/** Takes out of the batch what belongs to keys whose events wait. */
export function withhold(keyed: KeyedBatch, held: Held | undefined): Withheld {
  const quarantine = new Map<string, QuarantinedKey>()
  if (held === undefined || held.size === 0 || !keyed.keys.some((key) => held.has(key))) {
    return { free: keyed, quarantine }
  }
  for (const key of keyed.events.flatMap(({ keys }) => keys)) {
    const entry = quarantine.get(key) ?? held.get(key)
    if (entry !== undefined) quarantine.set(key, { ...entry, waiting: entry.waiting + 1 })
  }
  const isFree = (key: string) => !held.has(key)
  const events = keyed.events.map((each) => ({ ...each, keys: each.keys.filter(isFree) }))
  return { free: { events, keys: keyed.keys.filter(isFree) }, quarantine }
}
