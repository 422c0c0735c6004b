import type { RebuildPhase, RebuildProgress } from './plan.ts'

/** A person sees no more. */
const TELL_EVERY_MS = 100

/** Turns what is done into progress with a rate and the time that is left. */
export class Meter {
  readonly #tell: (progress: RebuildProgress) => void
  #phase: RebuildPhase = 'folding'
  #total = 0
  #begun = { atMs: 0, done: 0 }
  #toldAtMs = 0
  #progress: RebuildProgress = { phase: 'folding', done: 0, total: 0, perSecond: 0, secondsLeft: 0 }

  constructor(tell: (progress: RebuildProgress) => void) {
    this.#tell = tell
  }

  get progress(): RebuildProgress {
    return this.#progress
  }

  /** @param done What an earlier attempt has done of the phase; it is no part of the rate. */
  begin(phase: RebuildPhase, total: number, done = 0): void {
    this.#phase = phase
    this.#total = total
    this.#begun = { atMs: performance.now(), done }
    this.#toldAtMs = 0
    this.update(done)
  }

  update(done: number, total = this.#total): void {
    this.#total = total
    const nowMs = performance.now()
    const seconds = (nowMs - this.#begun.atMs) / 1_000
    const perSecond = seconds === 0 ? 0 : Math.max(0, done - this.#begun.done) / seconds
    const secondsLeft = perSecond === 0 ? 0 : Math.max(0, total - done) / perSecond
    this.#progress = { phase: this.#phase, done, total, perSecond, secondsLeft }
    if (done < total && nowMs - this.#toldAtMs < TELL_EVERY_MS) return
    this.#toldAtMs = nowMs
    this.#tell(this.#progress)
  }
}
