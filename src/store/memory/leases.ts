import type { EncodedTerms, EngineLeases } from '../engine-log.ts'
import type { Lease, LeaseInfo } from '../keepsakes.ts'

interface Held extends Lease {
  /** On the clock that nobody can set: `performance.now()`. */
  readonly expiresAtMs: number
  /** JSON text. */
  readonly note: string
  readonly updatedAt: Date
}

export class MemoryLeases implements EngineLeases {
  readonly #held = new Map<string, Held>()

  async acquire(name: string, owner: string, terms: EncodedTerms): Promise<Lease | undefined> {
    const before = this.#held.get(name)
    const isRunning = before !== undefined && before.expiresAtMs > performance.now()
    if (isRunning && before.owner !== owner) return undefined
    const token = isRunning ? before.token : (before?.token ?? 0) + 1
    this.#keep({ name, owner, token }, terms)
    return { name, owner, token }
  }

  async renew(lease: Lease, terms: EncodedTerms): Promise<boolean> {
    if (!this.#isHeld(lease)) return false
    this.#keep(lease, terms)
    return true
  }

  async release(lease: Lease, note: string | undefined): Promise<void> {
    if (this.#isHeld(lease)) this.#keep(lease, { durationMs: 0, note })
  }

  async list(): Promise<readonly LeaseInfo[]> {
    const nowMs = performance.now()
    const all = [...this.#held.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    return all.map(({ name, owner, token, expiresAtMs, note, updatedAt }) => {
      return { name, owner, token, expiresInMs: expiresAtMs - nowMs, note: JSON.parse(note), updatedAt }
    })
  }

  #isHeld({ name, owner, token }: Lease): boolean {
    const held = this.#held.get(name)
    return held?.owner === owner && held.token === token && held.expiresAtMs > performance.now()
  }

  #keep({ name, owner, token }: Lease, { durationMs, note }: EncodedTerms): void {
    const kept = note ?? this.#held.get(name)?.note ?? 'null'
    const expiresAtMs = performance.now() + durationMs
    this.#held.set(name, { name, owner, token, expiresAtMs, note: kept, updatedAt: new Date() })
  }
}
