import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError } from '../errors/index.ts'
import { storedTypes } from '../events/index.ts'
import { type FollowerPhase, type FollowerStatus, type LastError, withTimeout } from '../following/index.ts'
import { assertPosition, unlessAborted } from '../store/index.ts'
import { type DeadLetters, toDeadLetters } from './dead-letters.ts'
import { type ReactorReport, reportOwn } from './report.ts'
import { observeCheckpoint, type RunnerContext, run } from './runner.ts'

/** A reactor that is at work, here or in another instance. */
export interface RunningReactor {
  /** The definition's. */
  readonly name: string
  readonly status: FollowerStatus
  /** What it is doing, more closely. */
  readonly state: FollowerPhase
  /** The position up to which everything is done, or is a dead letter. */
  readonly checkpoint: number
  /** Why it failed; undefined unless it did. */
  readonly failure: DaybookError | undefined
  /** What last went wrong here, be it an effect that was tried again. */
  readonly lastError: LastError | undefined
  readonly deadLetters: DeadLetters
  /** Checkpoint, lag, state, dead letters, last error: as of now. */
  report(): Promise<ReactorReport>

  /**
   * Resolves when the effects of everything up to the position are done, or dead letters, whichever instance is at work.
   * @throws `not-reached` when it is not there in time, or was stopped; what else it may fail with
   */
  reached(position: number, options?: ReactorReachedOptions): Promise<void>
  /** Finishes the effect under way, and begins no other. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface ReactorReachedOptions {
  /** How long to wait: 10,000 ms when absent. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A request's patience. */
const DEFAULT_TIMEOUT_MS = 10_000
/** How often the checkpoint is looked at that another instance moves, while somebody waits for it. */
const OBSERVE_EVERY_MS = 25

export class ReactorAtWork implements RunningReactor {
  readonly deadLetters: DeadLetters
  readonly #context: RunnerContext
  readonly #stopping = new AbortController()
  readonly #finished: Promise<void>

  constructor(context: RunnerContext) {
    this.#context = context
    this.deadLetters = toDeadLetters(context)
    this.#finished = run(context, this.#stopping.signal)
  }

  get name(): string {
    return this.#context.reactor.name
  }

  get status(): FollowerStatus {
    return this.#context.progress.status
  }

  get state(): FollowerPhase {
    return this.#context.progress.phase
  }

  get checkpoint(): number {
    return this.#context.progress.position
  }

  get failure(): DaybookError | undefined {
    return this.#context.progress.failure
  }

  get lastError(): LastError | undefined {
    return this.#context.progress.lastError
  }

  async reached(position: number, options: ReactorReachedOptions = {}): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options
    assertPosition(position, 'position')
    const reach = (ended: AbortSignal) => this.#reach(position, ended)
    await withTimeout({ timeoutMs, signal }, reach, () => this.#notReached(position))
  }

  /**
   * Here every position is passed. Elsewhere the checkpoint may stay before one that was not for the reactor: then it is
   * enough that it has come to the last of its own up to there. No other can turn up later, as positions are in commit order.
   */
  async #reach(position: number, signal: AbortSignal): Promise<void> {
    const { progress, lease } = this.#context
    let last: number | undefined
    while (progress.position < position) {
      this.#assertRunning(position)
      if (lease.isHeld) {
        await progress.change(signal)
        continue
      }
      last ??= await unlessAborted(this.#findLastOwn(position), signal)
      const checkpoint = await unlessAborted(observeCheckpoint(this.#context), signal)
      if (!lease.isHeld && progress.phase === 'waiting') progress.move(checkpoint)
      if (last !== undefined && checkpoint >= last) return
      await delay(OBSERVE_EVERY_MS, undefined, { signal })
    }
  }

  /** Undefined while the position is still to come. */
  async #findLastOwn(position: number): Promise<number | undefined> {
    const { log, reactor } = this.#context
    if ((await log.head()) < position) return undefined
    const types = storedTypes(reactor.events)
    const [event] = await log.read({ types, upTo: position, direction: 'backwards', limit: 1 }).toArray()
    return event?.position ?? 0
  }

  #assertRunning(position: number): void {
    if (this.failure !== undefined) throw this.failure
    if (this.status === 'stopped') throw this.#notReached(position)
  }

  #notReached(position: number): DaybookError {
    const { name, checkpoint, status, state, lastError } = this
    const reason = state === 'backing off' && lastError !== undefined ? `: ${lastError.message}` : ''
    const message =
      `The reactor ${name} is ${status} (${state}${reason}) at position ${checkpoint} and did not reach ${position} ` +
      `in time. ${status === 'running' ? 'Wait longer.' : 'Start it again.'}`
    return new DaybookError('not-reached', message, { projection: name, position, checkpoint })
  }

  async report(): Promise<ReactorReport> {
    const { log, reactor, progress, lease, owner } = this.#context
    return await reportOwn(log, reactor, progress, lease.isHeld ? owner : undefined)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#finished
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
