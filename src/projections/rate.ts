/** Events a second, over the last ten. */
const SPAN_MS = 10_000

export class Rate {
  #counts: { readonly atMs: number; readonly events: number }[] = []
  readonly #sinceMs = performance.now()

  add(events: number): void {
    const atMs = performance.now()
    const last = this.#counts.at(-1)
    // One entry for each tenth of a second is enough.
    if (last !== undefined && atMs - last.atMs < SPAN_MS / 100) {
      this.#counts[this.#counts.length - 1] = { atMs: last.atMs, events: last.events + events }
    } else {
      this.#counts.push({ atMs, events })
    }
    this.#forget(atMs)
  }

  get perSecond(): number {
    const nowMs = performance.now()
    this.#forget(nowMs)
    const events = this.#counts.reduce((sum, each) => sum + each.events, 0)
    return (events * 1_000) / Math.max(1_000, Math.min(SPAN_MS, nowMs - this.#sinceMs))
  }

  #forget(nowMs: number): void {
    const first = this.#counts.findIndex(({ atMs }) => nowMs - atMs <= SPAN_MS)
    if (first !== 0) this.#counts = first < 0 ? [] : this.#counts.slice(first)
  }
}
