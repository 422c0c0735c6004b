/**
 * What a follower leaves with its lease, for whoever asks from elsewhere how it is doing. A note outlives its holder: then
 * it says what was so last, and not what is.
 */
import { storedTypes } from '../events/index.ts'
import type { EventLog, LeaseInfo } from '../store/index.ts'
import { type Lag, measureLag } from './lag.ts'
import type { FollowerPhase, FollowerProgress, LastError } from './progress.ts'

/** JSON. */
export interface FollowerNote {
  readonly state: FollowerPhase
  readonly checkpoint: number
  readonly types: readonly string[]
  readonly lastError: (Omit<LastError, 'at'> & { readonly at: string }) | null
}

/** What a report says of every follower. */
export interface FollowerReport {
  readonly name: string
  /** `unknown` when whoever ran it is gone without a word. */
  readonly state: FollowerPhase | 'unknown'
  /** The position up to which everything is done. */
  readonly checkpoint: number
  /** The log's last position. */
  readonly head: number
  readonly lag: Lag
  readonly lastError?: LastError
  /** The instance that is at work; undefined when none is. */
  readonly owner?: string
  /** When this was so. */
  readonly at: Date
}

type Followed = Parameters<typeof storedTypes>[0]

export function toFollowerNote(events: Followed, { phase, position, lastError }: FollowerProgress): FollowerNote {
  return {
    state: phase,
    checkpoint: position,
    types: storedTypes(events),
    lastError: lastError === undefined ? null : { ...lastError, at: lastError.at.toISOString() },
  }
}

export interface Told<Note extends FollowerNote> {
  readonly name: string
  readonly note: Note
  /** The instance that holds the lease. */
  readonly owner?: string | undefined
  /** False for what a holder has left that is gone. */
  readonly isHeld: boolean
  readonly at: Date
}

/** Of all that any process has told of, by the leases of the log whose names begin with `kind`, and which one function writes. */
export async function listTold<Note extends FollowerNote>(log: EventLog, kind: string): Promise<readonly Told<Note>[]> {
  const leases = (await log.leases.list()).filter(({ name }) => name.startsWith(kind))
  return leases.map((lease) => toTold<Note>(lease, kind))
}

function toTold<Note extends FollowerNote>({ name, note, owner, expiresInMs, updatedAt: at }: LeaseInfo, kind: string) {
  const isHeld = expiresInMs > 0
  return { name: name.slice(kind.length), note: note as Note, isHeld, ...(isHeld && { owner }), at }
}

export async function reportTold(
  log: EventLog,
  { name, note, owner, isHeld, at }: Told<FollowerNote>,
): Promise<FollowerReport> {
  const { checkpoint, lastError } = note
  const isEnded = note.state === 'stopped' || note.state === 'failed'
  return {
    name,
    state: isHeld || isEnded ? note.state : 'unknown',
    checkpoint,
    ...(await measureLag(log, note)),
    ...(lastError !== null && { lastError: { ...lastError, at: new Date(lastError.at) } }),
    ...(owner !== undefined && { owner }),
    at,
  }
}
