import type { RebuildProgress } from '../../projections/index.ts'
import type { ProgressBar } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

/** A bar for each phase. */
export class PhaseBars {
  readonly #terminal: Terminal
  #phase = ''
  #bar: ProgressBar | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show({ phase, done, total }: RebuildProgress): void {
    if (phase !== this.#phase) {
      this.stop()
      this.#phase = phase
      this.#terminal.say(`${phase} …`)
      const unit = phase === 'comparing' || phase === 'taking over' ? 'rows' : 'events'
      this.#bar = this.#terminal.progress(unit, total)
    }
    this.#bar?.setTotal(total)
    this.#bar?.update(done)
  }

  stop(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }
}
