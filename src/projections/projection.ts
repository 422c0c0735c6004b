import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError, isDaybookError } from '../errors/index.ts'
import { withTimeout } from '../following/index.ts'
import type { AnyReadModel, RowOf } from '../readmodels/index.ts'
import { assertPosition, type EntriesOptions, type RowEntry, unlessAborted } from '../store/index.ts'
import type { AnyProjection } from './batch.ts'
import { isFatal } from './failures.ts'
import type { ProjectionPhase, ProjectionStatus } from './progress.ts'
import { type Quarantine, toQuarantine } from './quarantine.ts'
import { type ProjectionReport, reportOwn } from './report.ts'
import { observeCheckpoint, type RunnerContext, run, toTypes } from './runner.ts'

/** A projection that is kept up to date from the log, here or by another instance. */
export interface Projection<Row> {
  /** The definition's. */
  readonly name: string
  readonly status: ProjectionStatus
  /** What it is doing, more closely. */
  readonly state: ProjectionPhase
  /** The position up to which everything is applied. */
  readonly checkpoint: number
  /** Why it failed; undefined unless it did. */
  readonly failure: DaybookError | undefined

  /**
   * Resolves when everything up to the position is applied, by whichever instance: give it a result's `position`, then
   * read your own writes. Events of keys in quarantine wait, and are not waited for.
   * @throws `not-reached` when it is not there in time, or was stopped; `projection-failed` and what else it may fail with
   */
  reached(position: number, options?: ReachedOptions): Promise<void>
  /** Checkpoint, lag, rate, state, quarantined keys, last error: as of now. */
  report(): Promise<ProjectionReport>
  readonly quarantine: Quarantine

  /** The row of a key; undefined when there is none. */
  get(key: string): Promise<Row | undefined>
  /** All rows, in the order of their keys' bytes in UTF-8. */
  entries(options?: EntriesOptions): AsyncIterable<readonly [key: string, row: Row]>

  /** Finishes the batch under way, and applies no more. What is applied stays. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface ReachedOptions {
  /** How long to wait: 10,000 ms when absent. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A request's patience. */
const DEFAULT_TIMEOUT_MS = 10_000
/** How often the checkpoint is looked at that another instance moves, while somebody waits for it. */
const OBSERVE_EVERY_MS = 25

/** What the rows of a definition are; an SQL projection's are its user's own affair. */
export type RowsOf<Definition extends AnyProjection> = Definition extends AnyReadModel ? RowOf<Definition> : never

export interface RunningContext extends RunnerContext {
  readonly owner: string
}

export class RunningProjection<Definition extends AnyProjection> implements Projection<RowsOf<Definition>> {
  readonly quarantine: Quarantine
  readonly #context: RunningContext
  readonly #stopping = new AbortController()
  readonly #finished: Promise<void>

  constructor(context: RunningContext) {
    this.#context = context
    this.quarantine = toQuarantine(context)
    this.#finished = run(context, this.#stopping.signal)
  }

  get name(): string {
    return this.#context.projection.name
  }

  get status(): ProjectionStatus {
    return this.#context.progress.status
  }

  get state(): ProjectionPhase {
    return this.#context.progress.phase
  }

  get checkpoint(): number {
    return this.#context.progress.position
  }

  get failure(): DaybookError | undefined {
    return this.#context.progress.failure
  }

  async reached(position: number, { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ReachedOptions = {}): Promise<void> {
    assertPosition(position, 'position')
    const limits = { timeoutMs, signal }
    await withTimeout(
      limits,
      (ended) => this.#reach(position, ended),
      () => this.#notReached(position),
    )
  }

  /**
   * One that is live passes every position, and is soonest there itself. Elsewhere the event at the position may be one that
   * it never sees: then it is enough that the last of its own up to there is applied. No other can turn up there later, as
   * positions are in commit order.
   */
  async #reach(position: number, signal: AbortSignal): Promise<void> {
    const { progress } = this.#context
    if (progress.position >= position) return
    this.#assertRunning(position)
    const settled = new AbortController()
    const either = AbortSignal.any([signal, settled.signal])
    const passed = this.#untilPassed(position, either)
    const applied = this.#untilApplied(position, either)
    try {
      await Promise.race([passed, applied])
    } finally {
      settled.abort()
      // The one that is late breaks off, and nobody looks at it any more.
      passed.catch(() => {})
      applied.catch(() => {})
    }
    if (this.status === 'running') progress.see(position)
  }

  async #untilPassed(position: number, signal: AbortSignal): Promise<void> {
    const { progress } = this.#context
    while (progress.position < position) {
      this.#assertRunning(position)
      await progress.change(signal)
    }
  }

  async #untilApplied(position: number, signal: AbortSignal): Promise<void> {
    const { progress } = this.#context
    await this.#untilRecorded(position, signal)
    const last = await this.#findLastOwn(position, signal)
    while (progress.position < position && progress.checkpoint < last) {
      this.#assertRunning(position)
      await this.#untilMoved(signal)
    }
  }

  /** At once when it is moved here, after a look when it is moved by another instance. */
  async #untilMoved(signal: AbortSignal): Promise<void> {
    const { progress } = this.#context
    const settled = new AbortController()
    const either = AbortSignal.any([signal, settled.signal])
    const changed = progress.change(either).catch(() => signal.throwIfAborted())
    const isLeader = progress.phase === 'live' || progress.phase === 'catching up'
    const looked = isLeader ? changed : delay(OBSERVE_EVERY_MS, undefined, { signal: either }).catch(() => {})
    await Promise.race([changed, looked])
    settled.abort()
    signal.throwIfAborted()
    if (!isLeader && this.status === 'running' && progress.phase === 'waiting') await this.#look(signal)
  }

  /** A target that cannot be reached is one that has not moved: the caller's patience is the bound. */
  async #look(signal: AbortSignal): Promise<void> {
    const { progress } = this.#context
    try {
      const checkpoint = await unlessAborted(observeCheckpoint(this.#context), signal)
      if (progress.phase === 'waiting' && checkpoint !== progress.checkpoint) progress.move(checkpoint)
    } catch (error) {
      signal.throwIfAborted()
      if (isFatal(error) || isDaybookError(error, 'closed')) throw error
      progress.suffer(error)
    }
  }

  async #untilRecorded(position: number, signal: AbortSignal): Promise<void> {
    const { log, progress } = this.#context
    if ((await log.head()) >= position) return
    const either = AbortSignal.any([signal, progress.ended])
    for await (const _ of log.tail({ after: position - 1, signal: either }).batches()) return
    this.#assertRunning(position)
  }

  async #findLastOwn(position: number, signal: AbortSignal): Promise<number> {
    const { log, progress, projection } = this.#context
    const span = { after: progress.checkpoint, upTo: position, direction: 'backwards', limit: 1 } as const
    const [event] = await log.read({ types: toTypes(projection), ...span, signal }).toArray()
    return event?.position ?? 0
  }

  #assertRunning(position: number): void {
    if (this.failure !== undefined) throw this.failure
    if (this.status === 'stopped') throw this.#notReached(position)
  }

  #notReached(position: number): DaybookError {
    const { name, checkpoint, status, state } = this
    const { lastError } = this.#context.progress
    const reason = state === 'backing off' && lastError !== undefined ? `: ${lastError.message}` : ''
    const message =
      `The projection ${name} is ${status} (${state}${reason}) at position ${checkpoint} and did not reach ${position} ` +
      `in time. ${status === 'running' ? 'Wait longer.' : 'Start it again.'}`
    return new DaybookError('not-reached', message, { projection: name, position, checkpoint })
  }

  async report(): Promise<ProjectionReport> {
    const { log, projection, progress, lease, owner } = this.#context
    return await reportOwn(log, projection, progress, lease.isHeld ? owner : undefined)
  }

  async get(key: string): Promise<RowsOf<Definition> | undefined> {
    // The target keeps what this read model's own fold has made.
    return (await this.#context.target.get(key)) as RowsOf<Definition> | undefined
  }

  entries(options: EntriesOptions = {}): AsyncIterable<readonly [key: string, row: RowsOf<Definition>]> {
    return toPairs<RowsOf<Definition>>(this.#context.target.entries(options))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#finished
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

/** The target keeps what the read model's own fold has made. */
async function* toPairs<Row>(entries: AsyncIterable<RowEntry>): AsyncGenerator<readonly [string, Row]> {
  for await (const [key, row] of entries) yield [key, row as Row]
}
