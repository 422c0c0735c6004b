/**
 * Whose turn it is: appends of this process that touch the same stream go one after the other, so that they do not
 * fail one another on the server. One that depends on the whole log goes alone.
 */
export class Lanes {
  readonly #lastOf = new Map<string, Promise<void>>()
  readonly #running = new Set<Promise<void>>()
  /** The last one that went, or goes, alone. */
  #alone: Promise<void> | undefined

  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    return await this.#runAfter([...keys.map((key) => this.#lastOf.get(key)), this.#alone], keys, work)
  }

  async runAlone<T>(work: () => Promise<T>): Promise<T> {
    return await this.#runAfter([...this.#running], undefined, work)
  }

  /** Resolves when nobody runs or waits. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  /** The turn is taken before anything is waited for: nobody waits for one that waits for it. */
  async #runAfter<T>(
    before: readonly (Promise<void> | undefined)[],
    keys: readonly string[] | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    let end = () => {}
    const turn = new Promise<void>((resolve) => {
      end = resolve
    })
    this.#running.add(turn)
    if (keys === undefined) this.#alone = turn
    for (const key of keys ?? []) this.#lastOf.set(key, turn)
    try {
      await Promise.all(before)
      return await work()
    } finally {
      this.#running.delete(turn)
      if (this.#alone === turn) this.#alone = undefined
      for (const key of keys ?? []) if (this.#lastOf.get(key) === turn) this.#lastOf.delete(key)
      end()
    }
  }
}
