import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CommandTask } from './command-worker.ts'
import type { Task, WorkerMessage } from './worker.ts'

export interface WorkerOptions {
  /** A file beside this one. */
  readonly program?: 'worker.ts' | 'command-worker.ts'
  readonly task: Task | CommandTask
  readonly url: string
  readonly log: string
  readonly seed: number
}

/** Another process at the store; `messages` holds what it has told so far. */
export class Worker {
  readonly messages: WorkerMessage[] = []
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown[]>
  #onMessage: () => void = () => {}

  constructor({ program = 'worker.ts', task, url, log, seed }: WorkerOptions) {
    this.#process = fork(fileURLToPath(new URL(program, import.meta.url)), [task, url, log, String(seed)], {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    })
    this.#exit = once(this.#process, 'exit')
    this.#process.on('message', (message) => {
      this.messages.push(message as WorkerMessage)
      this.#onMessage()
    })
  }

  /** Resolves when `isEnough` holds of the messages. @throws when the process ends before. */
  async until(isEnough: (messages: readonly WorkerMessage[]) => boolean): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#onMessage = () => {
        if (isEnough(this.messages)) resolve()
      }
      this.#onMessage()
    })
    const ended = this.#exit.then(([code, signal]) => {
      if (!isEnough(this.messages)) throw new Error(`The worker ended too soon (${code ?? signal}).`)
    })
    await Promise.race([enough, ended])
  }

  async untilReady(): Promise<void> {
    await this.until((messages) => messages.some(({ kind }) => kind === 'ready'))
  }

  go(): void {
    this.#process.send('go')
  }

  /** Ends it as no program can prevent. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exit
  }

  /** Ends its load. */
  stop(): void {
    this.#process.send('stop')
  }

  /** Resolves when it has ended by itself, and everything that it told is here. */
  async ended(): Promise<void> {
    await this.#exit
  }

  get acknowledged(): string[] {
    return this.messages.flatMap((message) => (message.kind === 'acknowledged' ? message.eventIds : []))
  }
}
