import type { AnyReadModel } from '../../readmodels/index.ts'
import type { EventLog, Generation, Partition } from '../../store/index.ts'
import type { Sharing } from './shares.ts'

/** What one share of a build is to do: JSON, as threads get it too. */
export interface Share {
  readonly partition: Partition
  readonly sharing: Sharing
  /** Only keys that an event after this position has touched: 0 for all. */
  readonly from: number
  /** Up to where those events are looked for. */
  readonly touchedUpTo: number
  /** The position up to which events are folded. */
  readonly upTo: number
}

export interface FoldShareOptions {
  readonly log: EventLog
  readonly readModel: AnyReadModel
  readonly generation: Generation
  readonly share: Share
  /** More keys than this that cannot be applied are a broken definition: the rebuild fails. */
  readonly maxQuarantinedKeys: number
  /** Told of each checkpoint. */
  readonly onProgress: (position: number) => void
  readonly signal: AbortSignal
}
