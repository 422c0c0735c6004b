import type { EventLog, Snapshot, SnapshotKey, SnapshotStore } from '../store/index.ts'
import { type Recorder, toFailure } from './operation.ts'
import { toCategories, toPlace } from './stream-attributes.ts'

/** Counts what is asked for: a cache that never answers is a cost. */
export function observeSnapshots(recorder: Recorder, { name, snapshots }: EventLog): SnapshotStore {
  return {
    load: (key) => observeLoad(recorder, { log: name, snapshots, key }),
    save: (key, snapshot) => snapshots.save(key, snapshot),
    clear: (stream) => snapshots.clear(stream),
  }
}

interface Loading {
  readonly log: string
  readonly snapshots: SnapshotStore
  readonly key: SnapshotKey
}

async function observeLoad({ meters }: Recorder, { log, snapshots, key }: Loading): Promise<Snapshot | undefined> {
  const count = (outcome: string) =>
    meters.snapshotLoads.add(1, { ...toPlace(log, toCategories([key?.stream])), 'daybook.outcome': outcome })
  try {
    const snapshot = await snapshots.load(key)
    count(snapshot === undefined ? 'missing' : 'found')
    return snapshot
  } catch (error) {
    count(toFailure(error, undefined).outcome)
    throw error
  }
}
