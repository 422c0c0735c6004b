import type { EventLog } from '../store/index.ts'

/** How far a follower is behind. */
export interface Lag {
  /** Positions between the checkpoint and the head; 0 when none of them concerns the follower. */
  readonly events: number
  /** How long the oldest event that it has not done has been waiting. */
  readonly seconds: number
}

export interface Standing {
  readonly types: readonly string[]
  readonly checkpoint: number
}

/** How far what has come to the checkpoint is behind the log's head. */
export async function measureLag(log: EventLog, { types, checkpoint }: Standing) {
  const head = await log.head()
  const [oldest] = checkpoint < head ? await log.read({ types, after: checkpoint, limit: 1 }).toArray() : []
  // The clock of the database may be ahead of ours.
  const seconds = oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.recordedAt.getTime()) / 1_000
  const lag: Lag = { events: oldest === undefined ? 0 : head - checkpoint, seconds }
  return { head, lag }
}
