/** What is being done, while it is being done: one line that is written over on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #stream = process.stderr
  readonly #startMs = performance.now()
  #row = ''

  begin(row: string): void {
    this.#row = row
  }

  show(what: string): void {
    const seconds = Math.round((performance.now() - this.#startMs) / 1_000)
    const line = `${seconds} s  ${this.#row}: ${what}`
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[K${line.slice(0, this.#stream.columns - 1)}`)
    else this.#stream.write(`${line}\n`)
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K')
  }
}
