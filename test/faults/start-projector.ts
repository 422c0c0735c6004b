import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export interface ProjectorOptions {
  /** projector.ts, compiled. */
  readonly program: string
  readonly url: string
  readonly log: string
  readonly leaseMs: number
  /** How wrong its clock is. */
  readonly clockShiftMs?: number
}

interface Told {
  readonly ready?: boolean
  readonly working?: boolean
  readonly failed?: string
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
  readonly #working: Promise<void>
  failure: string | undefined

  constructor({ program, url, log, leaseMs, clockShiftMs = 0 }: ProjectorOptions) {
    this.#process = fork(program, [url, log, String(leaseMs), String(clockShiftMs)], { execArgv: [] })
    running.add(this.#process)
    this.#exit = once(this.#process, 'exit').finally(() => running.delete(this.#process))
    this.#ready = this.#told('ready')
    this.#working = this.#told('working')
    this.#process.on('message', ({ failed }: Told) => {
      this.failure ??= failed
    })
  }

  #told(what: 'ready' | 'working'): Promise<void> {
    const told = new Promise<void>((resolve, reject) => {
      this.#process.on('message', (message: Told) => {
        if (message[what]) resolve()
      })
      void this.#exit.then(() => reject(new Error('The projector ended too soon.')))
    })
    told.catch(() => {})
    return told
  }

  /** Resolves when it is at work, or waits for its turn. */
  ready(): Promise<void> {
    return this.#ready
  }

  /** Resolves when it is its turn. */
  working(): Promise<void> {
    return this.#working
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
