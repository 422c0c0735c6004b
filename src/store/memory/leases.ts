import type { Lease, LeaseInfo, LeaseStore, LeaseTerms } from '../keepsakes.ts'
import type { Lifetime } from '../lifetime.ts'
import { assertLeaseName, assertLeaseTerms, encodeNote } from '../names.ts'

interface Held extends Lease {
  /** On the clock that nobody can set: `performance.now()`. */
  readonly expiresAtMs: number
  /** JSON text. */
  readonly note: string
  readonly updatedAt: Date
}

export class MemoryLeases implements LeaseStore {
  readonly #held = new Map<string, Held>()
  readonly #lifetime: Lifetime

  constructor(lifetime: Lifetime) {
    this.#lifetime = lifetime
  }

  async acquire(name: string, owner: string, terms: LeaseTerms): Promise<Lease | undefined> {
    this.#assert(name, owner)
    assertLeaseTerms(terms)
    const before = this.#held.get(name)
    const isRunning = before !== undefined && before.expiresAtMs > performance.now()
    if (isRunning && before.owner !== owner) return undefined
    const token = isRunning ? before.token : (before?.token ?? 0) + 1
    this.#keep({ name, owner, token }, terms.durationMs, terms.note)
    return { name, owner, token }
  }

  async renew(lease: Lease, terms: LeaseTerms): Promise<boolean> {
    this.#assert(lease.name, lease.owner)
    assertLeaseTerms(terms)
    if (!this.#isHeld(lease)) return false
    this.#keep(lease, terms.durationMs, terms.note)
    return true
  }

  async release(lease: Lease, note?: unknown): Promise<void> {
    this.#assert(lease.name, lease.owner)
    if (this.#isHeld(lease)) this.#keep(lease, 0, note)
  }

  async list(): Promise<readonly LeaseInfo[]> {
    this.#lifetime.assertOpen()
    const nowMs = performance.now()
    const all = [...this.#held.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    return all.map(({ name, owner, token, expiresAtMs, note, updatedAt }) => {
      return { name, owner, token, expiresInMs: expiresAtMs - nowMs, note: JSON.parse(note), updatedAt }
    })
  }

  #assert(name: string, owner: string): void {
    this.#lifetime.assertOpen()
    assertLeaseName(name, owner)
  }

  #isHeld({ name, owner, token }: Lease): boolean {
    const held = this.#held.get(name)
    return held?.owner === owner && held.token === token && held.expiresAtMs > performance.now()
  }

  #keep({ name, owner, token }: Lease, durationMs: number, note: unknown): void {
    const kept = encodeNote(note) ?? this.#held.get(name)?.note ?? 'null'
    const expiresAtMs = performance.now() + durationMs
    this.#held.set(name, { name, owner, token, expiresAtMs, note: kept, updatedAt: new Date() })
  }
}
