/**
 * Snapshots: states at a version, which may be deleted at any time. One is kept with the id of the event at its version,
 * so that it is known for foreign when the stream has another event there: a log that was restored, or made anew.
 */
import { isDaybookError } from '../errors/index.ts'
import { dropUndefined } from '../events/index.ts'
import { type EventLog, refuse, type SnapshotKey } from '../store/index.ts'
import type { AnyAggregate, SnapshotPolicy } from './any-aggregate.ts'

/** Rebuilding this many events costs about what reading a snapshot does. */
const DEFAULT_EVERY = 50

/** @throws `invalid-argument` */
export function toSnapshotPolicy(
  name: string,
  given: SnapshotPolicy | boolean | undefined,
): Required<SnapshotPolicy> | undefined {
  if (given === undefined || given === false) return undefined
  const { every = DEFAULT_EVERY, revision = 1 } = given === true ? {} : given
  if (!Number.isInteger(every) || every < 1) refuse('snapshot.every', `of ${name} is not a whole number from 1 on`)
  return { every, revision }
}

/** What looking for one came to. A foreign one belongs to another history than the stream's. */
export type SnapshotOutcome = 'found' | 'missing' | 'unreadable' | 'foreign'

export interface KeptState {
  readonly version: number
  readonly state: unknown
  /** Of the event at that version. */
  readonly eventId: string
}

/** The newest one, or why there is none that can be read. */
export async function loadSnapshot(
  log: EventLog,
  definition: AnyAggregate,
  stream: string,
): Promise<KeptState | 'missing' | 'unreadable'> {
  try {
    const snapshot = await log.snapshots.load(toKey(definition, stream))
    if (snapshot === undefined) return 'missing'
    const { version, state: kept } = snapshot
    if (isKept(kept) && version >= 1) return { version, state: kept.state, eventId: kept.eventId }
  } catch (error) {
    // Whatever it was, the replay that follows needs no snapshot, and meets for itself what concerns it.
    if (isDaybookError(error)) return 'unreadable'
  }
  await discardSnapshots(log, stream)
  return 'unreadable'
}

function isKept(kept: unknown): kept is { readonly eventId: string; readonly state: unknown } {
  if (typeof kept !== 'object' || kept === null) return false
  return 'eventId' in kept && typeof kept.eventId === 'string' && 'state' in kept
}

/** Makes room: as long as a bad one of a late version is there, no good one of an earlier version is kept. */
export async function discardSnapshots(log: EventLog, stream: string): Promise<void> {
  // Who may not write reads on without.
  await log.snapshots.clear(stream).catch(() => {})
}

/** Has the stream gone far enough past its newest snapshot for another? */
export function isSnapshotDue(definition: AnyAggregate, snapshotVersion: number, version: number): boolean {
  return definition.snapshot !== undefined && version - snapshotVersion >= definition.snapshot.every
}

export async function saveSnapshot(
  log: EventLog,
  definition: AnyAggregate,
  stream: string,
  { version, state, eventId }: Omit<KeptState, 'eventId'> & { readonly eventId?: string | undefined },
): Promise<void> {
  if (eventId === undefined) return
  await log.snapshots.save(toKey(definition, stream), { version, state: { eventId, state: dropUndefined(state) } })
}

function toKey(definition: AnyAggregate, stream: string): SnapshotKey {
  return { stream, definition: definition.name, fingerprint: definition.fingerprint }
}
