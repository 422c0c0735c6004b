import { assertStreamName } from '../../events/index.ts'
import type { Snapshot, SnapshotKey, SnapshotStore } from '../keepsakes.ts'
import type { Lifetime } from '../lifetime.ts'
import { assertSnapshotKey, encodeSnapshot } from '../names.ts'

export class MemorySnapshots implements SnapshotStore {
  /** By stream, then by definition and fingerprint; states are JSON text. */
  readonly #streams = new Map<string, Map<string, { version: number; state: string }>>()
  readonly #lifetime: Lifetime

  constructor(lifetime: Lifetime) {
    this.#lifetime = lifetime
  }

  async load(key: SnapshotKey): Promise<Snapshot | undefined> {
    this.#lifetime.assertOpen()
    assertSnapshotKey(key)
    const stored = this.#streams.get(key.stream)?.get(toText(key))
    return stored && { version: stored.version, state: JSON.parse(stored.state) }
  }

  async save(key: SnapshotKey, snapshot: Snapshot): Promise<void> {
    this.#lifetime.assertOpen()
    assertSnapshotKey(key)
    const state = encodeSnapshot(snapshot)
    const ofStream = this.#streams.get(key.stream) ?? new Map()
    this.#streams.set(key.stream, ofStream)
    if ((ofStream.get(toText(key))?.version ?? 0) > snapshot.version) return
    ofStream.set(toText(key), { version: snapshot.version, state })
  }

  async clear(stream?: string): Promise<void> {
    this.#lifetime.assertOpen()
    if (stream === undefined) return this.#streams.clear()
    assertStreamName(stream)
    this.#streams.delete(stream)
  }
}

function toText({ definition, fingerprint }: SnapshotKey): string {
  return JSON.stringify([definition, fingerprint])
}
