import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChildMessage } from './child.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))

/** Another process at the store, and what it has told so far. */
export class Child {
  readonly messages: ChildMessage[] = []
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown[]>
  #onMessage: () => void = () => {}

  constructor(...args: readonly string[]) {
    this.#process = fork(CHILD, [...args], { execArgv: ['--import', 'tsx'] })
    this.#exit = once(this.#process, 'exit')
    this.#process.on('message', (message) => {
      this.messages.push(message as ChildMessage)
      this.#onMessage()
    })
  }

  /** Resolves when it holds of a message. @throws when the process ends before */
  async until(isIt: (message: ChildMessage) => boolean): Promise<void> {
    const told = new Promise<void>((resolve) => {
      this.#onMessage = () => {
        if (this.messages.some(isIt)) resolve()
      }
      this.#onMessage()
    })
    const ended = this.#exit.then(([code, signal]) => {
      if (!this.messages.some(isIt)) throw new Error(`The process ended too soon (${code ?? signal}).`)
    })
    await Promise.race([told, ended])
  }

  /** Ends it as no program can prevent. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exit
  }

  async stop(): Promise<void> {
    // One that has done its work is leaving already, and hears nothing any more.
    if (this.#process.connected) this.#process.send('stop', () => {})
    await this.#exit
  }
}
