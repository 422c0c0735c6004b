/**
 * Applying a batch of events to a projection: the quick way, in which nothing is expected to fail. Events are folded page
 * by page, so that none outlives its page: a batch is what its rows are in the end, however many events it had.
 */
import { type AnyReadModel, assertRows, foldRows, type KeyedBatch, toKeyed } from '../readmodels/index.ts'
import type { QuarantinedKey, RowChange } from '../store/index.ts'
import { applySql } from './apply-sql.ts'
import { type AppliedBatch, type Held, type ProjectionBatch, takePages, toMove } from './batch.ts'

/** Reads the rows that the batch touches, folds it into them, and writes them with the checkpoint. */
export async function applyBatch(batch: ProjectionBatch): Promise<AppliedBatch> {
  const { readModel } = batch
  return 'kind' in readModel ? await applySql(batch, readModel) : await applyRows(batch, readModel)
}

async function applyRows(batch: ProjectionBatch, readModel: AnyReadModel): Promise<AppliedBatch> {
  const { generation, from, remembered, previous } = batch
  const { changes, quarantine, events, checkpoint } = await foldPages(batch, readModel)
  remembered?.keep(changes)
  batch.onFolded?.(checkpoint)
  const folded = { rows: changes.size, events, checkpoint, ...toMove(quarantine) }
  if (previous !== undefined && !(await previous).isSaved) return { ...folded, isSaved: false }
  const isSaved = await generation.save(changes, { from, to: checkpoint, ...toMove(quarantine) })
  return { ...folded, isSaved }
}

async function foldPages(batch: ProjectionBatch, readModel: AnyReadModel) {
  const { generation, held, remembered } = batch
  const changes = new Map<string, RowChange>()
  const quarantine = new Map<string, QuarantinedKey>()
  const taken = await takePages(batch, async (page) => {
    const free = withhold(toKeyed(readModel, page, changes), held, quarantine)
    const rows = await (remembered ?? generation).load(free.keys)
    foldRows(readModel, rows, free, changes)
    return changes.size
  })
  assertRows(readModel, changes, generation)
  return { ...taken, changes, quarantine }
}

/**
 * Takes out of the batch what belongs to keys whose events wait, and gives what may be applied.
 * @param quarantine Gets the held keys of which more events wait now.
 */
export function withhold(
  keyed: KeyedBatch,
  held: Held | undefined,
  quarantine: Map<string, QuarantinedKey>,
): KeyedBatch {
  if (held === undefined || held.size === 0 || !keyed.keys.some((key) => held.has(key))) return keyed
  for (const key of keyed.events.flatMap(({ keys }) => keys)) {
    const entry = quarantine.get(key) ?? held.get(key)
    if (entry !== undefined) quarantine.set(key, { ...entry, waiting: entry.waiting + 1 })
  }
  const isFree = (key: string) => !held.has(key)
  const events = keyed.events.map((each) => ({ ...each, keys: each.keys.filter(isFree) }))
  return { events, keys: keyed.keys.filter(isFree) }
}
