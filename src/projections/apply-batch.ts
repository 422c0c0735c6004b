import type { RecordedEvent } from '../events/index.ts'
import { type AnyReadModel, foldRows, toKeyed } from '../readmodels/index.ts'
import type { EventLog, Generation } from '../store/index.ts'

/** Events to be applied to a read model. */
export interface ProjectionBatch {
  readonly log: EventLog
  readonly readModel: AnyReadModel
  /** Where the rows are. */
  readonly generation: Generation
  readonly events: readonly RecordedEvent[]
  /** The checkpoint that the batch begins from. */
  readonly from: number
  /** The checkpoint that it leads to. */
  readonly checkpoint: number
}

export interface AppliedBatch {
  /** False when another instance has applied it; then nothing was written. */
  readonly isSaved: boolean
  /** How many rows the batch changes. */
  readonly rows: number
}

/** Applying a batch, for who wraps it. */
export type ApplyBatch = (batch: ProjectionBatch) => Promise<AppliedBatch>

/** Reads the rows that the batch touches, folds it into them, and writes them with the checkpoint. */
export async function applyBatch(batch: ProjectionBatch): Promise<AppliedBatch> {
  const { readModel, generation, events, from, checkpoint } = batch
  const keyed = toKeyed(readModel, events)
  const rows = await generation.load(keyed.keys)
  const changes = foldRows(readModel, rows, keyed, generation)
  return { isSaved: await generation.save(changes, { from, to: checkpoint }), rows: changes.size }
}
