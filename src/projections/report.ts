/**
 * How a projection is doing, for whoever asks: of one that runs here from its own progress, of one that runs elsewhere
 * from the note that its holder leaves with its lease.
 */
import {
  type FollowerNote,
  type FollowerReport,
  type Lag,
  listTold,
  reportTold,
  type Told,
  toFollowerNote,
} from '../following/index.ts'
import type { EventLog } from '../store/index.ts'
import type { AnyProjection } from './batch.ts'
import type { Progress } from './progress.ts'
import type { RebuildProgress } from './rebuilding/index.ts'

/** Its `checkpoint` is the position up to which everything is applied. */
export interface ProjectionReport extends FollowerReport {
  /** Events a second that it has applied lately. */
  readonly rate: number
  /** How many keys wait in quarantine. */
  readonly quarantined: number
  /** How far it is, while it is being rebuilt. */
  readonly rebuild?: RebuildProgress
}

/** How far a projection is behind. */
export type ProjectionLag = Lag

const LEASE_KIND = 'projection '

export function toLeaseName(projection: string): string {
  return LEASE_KIND + projection
}

interface Note extends FollowerNote {
  readonly rate: number
  readonly quarantined: number
}

export function toNote({ events }: AnyProjection, progress: Progress): Note {
  const rate = Math.round(progress.rate.perSecond)
  return { ...toFollowerNote(events, progress), rate, quarantined: progress.held.size }
}

/** Of one that runs in this process. */
export async function reportOwn(log: EventLog, projection: AnyProjection, progress: Progress, owner?: string) {
  const { name } = projection
  return await complete(log, { name, note: toNote(projection, progress), isHeld: true, owner, at: new Date() })
}

/** Of all that any process has told of. */
export async function reportLeased(log: EventLog): Promise<readonly ProjectionReport[]> {
  return await Promise.all((await listTold<Note>(log, LEASE_KIND)).map((told) => complete(log, told)))
}

async function complete(log: EventLog, told: Told<Note>): Promise<ProjectionReport> {
  const { rate, quarantined } = told.note
  return { ...(await reportTold(log, told)), rate: told.isHeld ? rate : 0, quarantined }
}
