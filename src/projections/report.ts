/**
 * How a projection is doing, for whoever asks: of one that runs here from its own progress, of one that runs elsewhere
 * from the note that its holder leaves with its lease.
 */
import { storedTypes } from '../events/index.ts'
import { type Lag, type LastError, measureLag } from '../following/index.ts'
import type { EventLog, LeaseInfo } from '../store/index.ts'
import type { AnyProjection } from './batch.ts'
import type { Progress, ProjectionPhase } from './progress.ts'
import type { RebuildProgress } from './rebuilding/index.ts'

export interface ProjectionReport {
  readonly name: string
  /** `unknown` when whoever ran it is gone without a word. */
  readonly state: ProjectionPhase | 'unknown'
  /** The position up to which everything is applied. */
  readonly checkpoint: number
  /** The log's last position. */
  readonly head: number
  readonly lag: ProjectionLag
  /** Events a second that it has applied lately. */
  readonly rate: number
  /** How many keys wait in quarantine. */
  readonly quarantined: number
  readonly lastError?: LastError
  /** How far it is, while it is being rebuilt. */
  readonly rebuild?: RebuildProgress
  /** The instance that keeps it up to date; undefined when none does. */
  readonly owner?: string
  /** When this was so. */
  readonly at: Date
}

/** How far a projection is behind. */
export type ProjectionLag = Lag

const LEASE_KIND = 'projection '

export function toLeaseName(projection: string): string {
  return LEASE_KIND + projection
}

/** What is left with the lease: JSON. */
interface Note {
  readonly state: ProjectionPhase
  readonly checkpoint: number
  readonly types: readonly string[]
  readonly rate: number
  readonly quarantined: number
  readonly lastError: { readonly code?: string; readonly message: string; readonly at: string } | null
}

export function toNote({ events }: AnyProjection, progress: Progress): Note {
  const { lastError } = progress
  return {
    state: progress.phase,
    checkpoint: progress.position,
    types: storedTypes(events),
    rate: Math.round(progress.rate.perSecond),
    quarantined: progress.held.size,
    lastError: lastError === undefined ? null : { ...lastError, at: lastError.at.toISOString() },
  }
}

/** Of one that runs in this process. */
export async function reportOwn(log: EventLog, projection: AnyProjection, progress: Progress, owner?: string) {
  const { lastError } = progress
  const { lastError: _, ...known } = toNote(projection, progress)
  const own = { ...(lastError && { lastError }), ...(owner !== undefined && { owner }) }
  return await complete(log, projection.name, { ...known, ...own, at: new Date() })
}

/** Of all that any process has told of, by the leases of the log. */
export async function reportLeased(log: EventLog): Promise<readonly ProjectionReport[]> {
  const leases = (await log.leases.list()).filter(({ name }) => name.startsWith(LEASE_KIND))
  return await Promise.all(leases.map((lease) => reportLease(log, lease)))
}

async function reportLease(log: EventLog, lease: LeaseInfo): Promise<ProjectionReport> {
  const { note, owner, expiresInMs, updatedAt: at } = lease
  // Notes under this kind of name are left by the function above alone.
  const { lastError, ...known } = note as Note
  const isHeld = expiresInMs > 0
  const isEnded = known.state === 'stopped' || known.state === 'failed'
  return await complete(log, lease.name.slice(LEASE_KIND.length), {
    ...known,
    state: isHeld || isEnded ? known.state : 'unknown',
    rate: isHeld ? known.rate : 0,
    ...(lastError !== null && { lastError: { ...lastError, at: new Date(lastError.at) } }),
    ...(isHeld && { owner }),
    at,
  })
}

type Known = Omit<ProjectionReport, 'name' | 'head' | 'lag'> & { readonly types: readonly string[] }

async function complete(log: EventLog, name: string, { types, ...known }: Known): Promise<ProjectionReport> {
  const { head, lag } = await measureLag(log, { types, checkpoint: known.checkpoint })
  return { ...known, name, head, lag }
}
