import type { EncodedSnapshot, EngineSnapshots } from '../engine-log.ts'
import type { Snapshot, SnapshotKey } from '../keepsakes.ts'

export class MemorySnapshots implements EngineSnapshots {
  /** By stream, then by definition and fingerprint; states are JSON text. */
  readonly #streams = new Map<string, Map<string, EncodedSnapshot>>()

  async load(key: SnapshotKey): Promise<Snapshot | undefined> {
    const stored = this.#streams.get(key.stream)?.get(toText(key))
    return stored && { version: stored.version, state: JSON.parse(stored.state) }
  }

  async save(key: SnapshotKey, snapshot: EncodedSnapshot): Promise<void> {
    const ofStream = this.#streams.get(key.stream) ?? new Map()
    this.#streams.set(key.stream, ofStream)
    if ((ofStream.get(toText(key))?.version ?? 0) > snapshot.version) return
    ofStream.set(toText(key), snapshot)
  }

  async clear(stream?: string): Promise<void> {
    if (stream === undefined) return this.#streams.clear()
    this.#streams.delete(stream)
  }
}

function toText({ definition, fingerprint }: SnapshotKey): string {
  return JSON.stringify([definition, fingerprint])
}
