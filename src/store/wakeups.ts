/**
 * Tells waiting tails that a log may have grown. A wake-up promises nothing and may be lost or be one too many:
 * a tail that is woken looks, and one that is not looks after a while.
 */
export class Wakeups {
  readonly #counts = new Map<string, number>()
  #all = 0
  readonly #waiting = new Map<string, Set<() => void>>()

  /** How often `log` has been woken: remember it before looking, and hand it to `wait` after finding nothing. */
  count(log: string): number {
    return this.#all + (this.#counts.get(log) ?? 0)
  }

  wake(log: string): void {
    this.#counts.set(log, (this.#counts.get(log) ?? 0) + 1)
    this.#resume(log)
  }

  /** Wakes every log, also for tails that are looking just now: after a lost connection nobody knows what was missed. */
  wakeAll(): void {
    this.#all++
    for (const log of [...this.#waiting.keys()]) this.#resume(log)
  }

  #resume(log: string): void {
    const waiting = this.#waiting.get(log)
    if (waiting === undefined) return
    this.#waiting.delete(log)
    for (const resume of waiting) resume()
  }

  /** Resolves when `log` has been woken since `seen`, after `timeoutMs`, or when `signal` is aborted. */
  async wait(log: string, seen: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.count(log) !== seen || signal?.aborted) return
    await new Promise<void>((resolve) => {
      const waiting = this.#waiting.get(log) ?? new Set()
      this.#waiting.set(log, waiting)
      const resume = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', resume)
        waiting.delete(resume)
        resolve()
      }
      const timer = setTimeout(resume, timeoutMs)
      signal?.addEventListener('abort', resume)
      waiting.add(resume)
    })
  }
}
