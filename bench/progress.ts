/** How often a line is written where nothing can be written over. */
const LINE_EVERY_MS = 5_000

/** What is being done, while it is being done: one line that is written over on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #stream = process.stderr
  readonly #startMs = performance.now()
  #row = ''
  #lastLineMs = Number.NEGATIVE_INFINITY

  begin(row: string): void {
    this.#row = row
    this.#lastLineMs = Number.NEGATIVE_INFINITY
  }

  show(what: string): void {
    const seconds = Math.round((performance.now() - this.#startMs) / 1_000)
    const line = `${seconds} s  ${this.#row}: ${what}`
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[K${line.slice(0, this.#stream.columns - 1)}`)
    else this.#writeSeldom(line)
  }

  #writeSeldom(line: string): void {
    if (performance.now() - this.#lastLineMs < LINE_EVERY_MS) return
    this.#lastLineMs = performance.now()
    this.#stream.write(`${line}\n`)
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K')
  }
}
