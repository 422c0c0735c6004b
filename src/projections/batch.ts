import type { RecordedEvent } from '../events/index.ts'
import type { AnyReadModel, AnySqlProjection } from '../readmodels/index.ts'
import type { EventLog, Generation, QuarantinedKey } from '../store/index.ts'
import type { RememberedRows } from './remembered-rows.ts'

/** A read model, or SQL of the user's own. */
export type AnyProjection = AnyReadModel | AnySqlProjection

/** Keys whose events wait. */
export type Held = ReadonlyMap<string, QuarantinedKey>

/** Events to be applied to a projection. */
export interface ProjectionBatch {
  readonly log: EventLog
  /** The definition: also one in SQL. */
  readonly readModel: AnyProjection
  /** Where the rows are. */
  readonly generation: Generation
  readonly events: readonly RecordedEvent[]
  /** The checkpoint that the batch begins from. */
  readonly from: number
  /** The checkpoint that it leads to. */
  readonly checkpoint: number
  /** Keys whose events are passed over: none when absent. */
  readonly held?: Held
  /** What is known of the rows without asking the target. */
  readonly remembered?: RememberedRows
  /** The batch before this one, while it is being saved: this one is saved after it, or not at all. */
  readonly previous?: Promise<AppliedBatch>
  /** Called when the rows of the batch are folded, so that the next one may be. */
  readonly onFolded?: () => void
}

export interface AppliedBatch {
  /** False when another instance has applied it; then the checkpoint was not moved. */
  readonly isSaved: boolean
  /** How many rows the batch changes. */
  readonly rows: number
  /** Keys that were held and have more events waiting now, or are held from now on. */
  readonly quarantine?: Held
}

/** Applying a batch, for who wraps it. */
export type ApplyBatch = (batch: ProjectionBatch) => Promise<AppliedBatch>

export function toMove(quarantine: Held | undefined): { readonly quarantine?: Held } {
  return quarantine === undefined || quarantine.size === 0 ? {} : { quarantine }
}
