import { dropUndefined } from '../events/index.ts'
import type { EventLog, Snapshot, SnapshotKey } from '../store/index.ts'
import type { AnyAggregate } from './any-aggregate.ts'

/** The newest snapshot at or before the version, unless it cannot be had: a snapshot is never needed. */
export async function loadSnapshot(
  log: EventLog,
  definition: AnyAggregate,
  stream: string,
  toVersion = Number.POSITIVE_INFINITY,
): Promise<Snapshot | undefined> {
  try {
    const snapshot = await log.snapshots.load(toKey(definition, stream))
    return snapshot !== undefined && snapshot.version >= 1 && snapshot.version <= toVersion ? snapshot : undefined
  } catch {
    // Whatever it was, the replay that follows needs no snapshot, and meets for itself what concerns it.
    return undefined
  }
}

/** Has the stream gone far enough past its newest snapshot for another? */
export function isSnapshotDue(definition: AnyAggregate, snapshotVersion: number, version: number): boolean {
  return definition.snapshot !== undefined && version - snapshotVersion >= definition.snapshot.every
}

export async function saveSnapshot(
  log: EventLog,
  definition: AnyAggregate,
  stream: string,
  { version, state }: Snapshot,
): Promise<void> {
  await log.snapshots.save(toKey(definition, stream), { version, state: dropUndefined(state) })
}

function toKey(definition: AnyAggregate, stream: string): SnapshotKey {
  return { stream, definition: definition.name, fingerprint: definition.fingerprint }
}
