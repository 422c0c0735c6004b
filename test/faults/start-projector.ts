import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ProjectorOptions {
  readonly url: string
  readonly log: string
  readonly leaseMs: number
  /** How wrong its clock is. */
  readonly clockShiftMs?: number
}

const running = new Set<ChildProcess>()

/** None outlives its test, however that ends. */
export function endProjectors(): void {
  for (const process of running) process.kill('SIGKILL')
}

/** Another process that projects. */
export class Projector {
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown[]>
  readonly #ready: Promise<void>
  failure: string | undefined

  constructor({ url, log, leaseMs, clockShiftMs = 0 }: ProjectorOptions) {
    const program = fileURLToPath(new URL('projector.ts', import.meta.url))
    this.#process = fork(program, [url, log, String(leaseMs), String(clockShiftMs)], {
      execArgv: ['--import', 'tsx'],
    })
    running.add(this.#process)
    this.#exit = once(this.#process, 'exit').finally(() => running.delete(this.#process))
    this.#ready = new Promise((resolve, reject) => {
      this.#process.on('message', (message: { ready?: boolean; failed?: string }) => {
        if (message.ready) resolve()
        this.failure ??= message.failed
      })
      void this.#exit.then(() => reject(new Error('The projector ended too soon.')))
    })
    this.#ready.catch(() => {})
  }

  /** Resolves when it is at work, or waits for its turn. */
  ready(): Promise<void> {
    return this.#ready
  }

  pause(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exit
  }

  async stop(): Promise<void> {
    this.#process.send('stop')
    await this.#exit
  }
}
