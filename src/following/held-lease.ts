/**
 * A lease that is held for as long as it can be: acquired when it is free, renewed before it runs out, and given up as
 * soon as it may have run out. When that is, is reckoned from when it was asked for, by a clock that nobody can set; the
 * server reckons from a moment later by its own.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Lease, LeaseStore } from '../store/index.ts'

export interface LeaseNeed {
  readonly leases: LeaseStore
  readonly name: string
  readonly owner: string
  readonly durationMs: number
  /** What is written beside the lease whenever it is renewed. */
  readonly note: () => unknown
}

/** Of the duration: so many chances to renew it before it runs out. */
const RENEWALS = 4
const RELEASE_TIMEOUT_MS = 2_000

export class HeldLease {
  readonly #need: LeaseNeed
  #lease: Lease | undefined
  #heldUntilMs = 0
  #lost = new AbortController()
  #renewing: Promise<void> = Promise.resolve()

  constructor(need: LeaseNeed) {
    this.#need = need
  }

  get isHeld(): boolean {
    return this.#lease !== undefined && performance.now() < this.#heldUntilMs
  }

  /** Aborted when it is lost; another one after it was acquired again. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** True when it is held now. */
  async acquire(): Promise<boolean> {
    if (this.isHeld) return true
    const { leases, name, owner, durationMs, note } = this.#need
    const askedAtMs = performance.now()
    this.#lease = await leases.acquire(name, owner, { durationMs, note: note() })
    if (this.#lease === undefined) return false
    this.#heldUntilMs = askedAtMs + durationMs
    this.#lost = new AbortController()
    this.#renewing = this.#keep(this.#lease, this.#lost)
    return true
  }

  async #keep(lease: Lease, lost: AbortController): Promise<void> {
    const everyMs = this.#need.durationMs / RENEWALS
    while (!lost.signal.aborted) {
      await delay(everyMs, undefined, { signal: lost.signal, ref: false }).catch(() => {})
      if (lost.signal.aborted) return
      if (!(await this.#renew(lease))) lost.abort()
    }
  }

  /** False when it is lost, or may be. */
  async #renew(lease: Lease): Promise<boolean> {
    const { leases, durationMs, note } = this.#need
    const askedAtMs = performance.now()
    // It is waited for no longer than the lease lasts.
    const renewed = leases.renew(lease, { durationMs, note: note() }).catch(() => undefined)
    const answer = await Promise.race([
      renewed,
      delay(Math.max(0, this.#heldUntilMs - askedAtMs), undefined, { ref: false }),
    ])
    if (answer === true) this.#heldUntilMs = askedAtMs + durationMs
    return answer !== false && performance.now() < this.#heldUntilMs
  }

  /** Says at once what would be said with the next renewal. */
  async tell(): Promise<void> {
    if (this.#lease !== undefined && this.isHeld && !(await this.#renew(this.#lease))) this.#lost.abort()
  }

  async release(): Promise<void> {
    const lease = this.#lease
    this.#lease = undefined
    this.#lost.abort()
    await this.#renewing
    if (lease === undefined) return
    // One that cannot be released runs out. Nobody waits longer for it than a moment.
    const released = this.#need.leases.release(lease, this.#need.note()).catch(() => {})
    await Promise.race([released, delay(RELEASE_TIMEOUT_MS, undefined, { ref: false })])
  }
}
