import type { EncodedSnapshot, EngineSnapshots, Snapshot, SnapshotKey } from '../../store/index.ts'
import { type Keepsakes, toKey } from './keepsakes.ts'

export class NatsSnapshots implements EngineSnapshots {
  readonly #log: string
  readonly #keepsakes: Keepsakes

  constructor(log: string, keepsakes: Keepsakes) {
    this.#log = log
    this.#keepsakes = keepsakes
  }

  async load(key: SnapshotKey): Promise<Snapshot | undefined> {
    const { value } = await this.#keepsakes.retry(() => this.#keepsakes.read(this.#toKey(key)))
    return value === undefined ? undefined : (JSON.parse(value) as Snapshot)
  }

  /** A state that is larger than a message may be is not kept: it is a cache. */
  async save(key: SnapshotKey, { version, state }: EncodedSnapshot): Promise<void> {
    const value = `{"version":${version},"state":${state}}`
    if (Buffer.byteLength(value) > this.#keepsakes.maxBytes) return
    await this.#keepsakes.retry(async () => {
      for (;;) {
        const entry = await this.#keepsakes.read(this.#toKey(key))
        if (entry.value !== undefined && (JSON.parse(entry.value) as Snapshot).version > version) return
        if (await this.#keepsakes.swap(this.#toKey(key), entry, value)) return
      }
    })
  }

  async clear(stream?: string): Promise<void> {
    const names = stream === undefined ? [this.#log] : [this.#log, stream]
    await this.#keepsakes.retry(() => this.#keepsakes.clear(`snapshot.${toKey(...names)}`))
  }

  #toKey({ stream, definition, fingerprint }: SnapshotKey): string {
    return `snapshot.${toKey(this.#log, stream, definition, fingerprint)}`
  }
}
