import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends the run's output with one line that a machine can read: `12 passed, 0 failed`, and `, 3 skipped` if any were.
 * What goes wrong outside of the tests (a file that cannot be loaded, a stray error, no server, Ctrl-C) counts as a
 * failure: a run that failed never reads as if it had not.
 */
export class SummaryReporter implements Reporter {
  #passed = 0
  #failed = 0
  #skipped = 0

  onInit(): void {
    // At exit, because the other reporters and the teardown may still have something to say.
    process.once('exit', (code) => {
      const failed = code === 0 ? this.#failed : Math.max(this.#failed, 1)
      const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`
      console.log(`${this.#passed} passed, ${failed} failed${skipped}`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (...states: string[]) => tests.filter((test) => states.includes(test.result().state)).length
    this.#passed = count('passed')
    this.#skipped = count('skipped', 'pending')
    this.#failed = count('failed') + modules.filter(failedOutsideItsTests).length + unhandledErrors.length
  }
}

/** In its imports or hooks. */
function failedOutsideItsTests(module: TestModule): boolean {
  return module.state() === 'failed' && [...module.children.allTests('failed')].length === 0
}
