/**
 * How reactors are doing, for whoever asks: of one that runs here from its own progress, of one that runs elsewhere from the
 * note that its holder leaves with its lease.
 */
import { storedTypes } from '../events/index.ts'
import { type FollowerPhase, type FollowerProgress, type Lag, type LastError, measureLag } from '../following/index.ts'
import type { AnyReactor } from '../reactors/index.ts'
import type { EventLog, LeaseInfo } from '../store/index.ts'
import { DeadLetterBox } from './dead-letter-box.ts'

export interface ReactorReport {
  readonly name: string
  /** `unknown` when whoever ran it is gone without a word. */
  readonly state: FollowerPhase | 'unknown'
  /** The position up to which everything is done, or is a dead letter. */
  readonly checkpoint: number
  /** The log's last position. */
  readonly head: number
  readonly lag: Lag
  /** How many effects have failed for good. */
  readonly deadLetters: number
  readonly lastError?: LastError
  /** The instance that is at work; undefined when none is. */
  readonly owner?: string
  /** When this was so. */
  readonly at: Date
}

const LEASE_KIND = 'reactor '

export function toLeaseName(reactor: string): string {
  return LEASE_KIND + reactor
}

/** What is left with the lease: JSON. */
interface Note {
  readonly state: FollowerPhase
  readonly checkpoint: number
  readonly types: readonly string[]
  readonly lastError: { readonly code?: string; readonly message: string; readonly at: string } | null
}

export function toNote({ events }: AnyReactor, { phase, position, lastError }: FollowerProgress): Note {
  return {
    state: phase,
    checkpoint: position,
    types: storedTypes(events),
    lastError: lastError === undefined ? null : { ...lastError, at: lastError.at.toISOString() },
  }
}

/** Of one that runs in this process. */
export async function reportOwn(log: EventLog, reactor: AnyReactor, progress: FollowerProgress, owner?: string) {
  return await complete(log, reactor.name, { note: toNote(reactor, progress), at: new Date(), owner })
}

/** Of all that any process has told of, by the leases of the log. */
export async function reportLeased(log: EventLog): Promise<readonly ReactorReport[]> {
  const leases = (await log.leases.list()).filter(({ name }) => name.startsWith(LEASE_KIND))
  return await Promise.all(leases.map((lease) => reportLease(log, lease)))
}

async function reportLease(log: EventLog, lease: LeaseInfo): Promise<ReactorReport> {
  const { owner, expiresInMs, updatedAt: at } = lease
  // Notes under this kind of name are left by the function above alone.
  const note = lease.note as Note
  const isHeld = expiresInMs > 0
  const isEnded = note.state === 'stopped' || note.state === 'failed'
  const name = lease.name.slice(LEASE_KIND.length)
  const report = await complete(log, name, { note, at, owner: isHeld ? owner : undefined })
  return isHeld || isEnded ? report : { ...report, state: 'unknown' }
}

interface Known {
  readonly note: Note
  readonly at: Date
  readonly owner: string | undefined
}

async function complete(log: EventLog, name: string, { note, at, owner }: Known): Promise<ReactorReport> {
  const { state, checkpoint, lastError } = note
  const { head, lag } = await measureLag(log, note)
  const { length: deadLetters } = await new DeadLetterBox(log, name).list()
  const error = lastError === null ? {} : { lastError: { ...lastError, at: new Date(lastError.at) } }
  return { name, state, checkpoint, head, lag, deadLetters, ...error, ...(owner !== undefined && { owner }), at }
}
