/** Work that nobody waits for and whose failure concerns nobody, such as saving a snapshot; closing waits for it. */
export class Background {
  readonly #underWay = new Set<Promise<void>>()

  run(work: () => Promise<void>): void {
    const done = new Promise<void>((resolve) => setImmediate(resolve))
      .then(work)
      .catch(() => {})
      .finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }
}
