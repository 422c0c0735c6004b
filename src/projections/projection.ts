import { DaybookError } from '../errors/index.ts'
import { storedTypes } from '../events/index.ts'
import type { AnyReadModel, RowOf } from '../readmodels/index.ts'
import { assertPosition, type EntriesOptions, type ReadModelTarget, type RowEntry } from '../store/index.ts'
import { type Following, follow } from './follow.ts'
import type { ProjectionStatus } from './progress.ts'
import { withTimeout } from './timeout.ts'

/** A read model that is kept up to date from the log. */
export interface Projection<Row> {
  /** The read model's. */
  readonly name: string
  readonly status: ProjectionStatus
  /** The position up to which everything is applied. */
  readonly checkpoint: number
  /** Why it failed; undefined unless it did. */
  readonly failure: DaybookError | undefined

  /**
   * Resolves when everything up to the position is applied: give it a result's `position`, then read your own writes.
   * @throws `not-reached` when it is not there in time, or was stopped; `projection-failed`
   */
  reached(position: number, options?: ReachedOptions): Promise<void>

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

export class RunningProjection<Definition extends AnyReadModel> implements Projection<RowOf<Definition>> {
  readonly readModel: Definition
  readonly #following: Following
  readonly #target: ReadModelTarget
  readonly #stopping = new AbortController()
  readonly #finished: Promise<void>

  constructor(readModel: Definition, following: Following, target: ReadModelTarget) {
    this.readModel = readModel
    this.#following = following
    this.#target = target
    this.#finished = follow(following, this.#stopping.signal)
  }

  get name(): string {
    return this.readModel.name
  }

  get status(): ProjectionStatus {
    return this.#following.progress.status
  }

  get checkpoint(): number {
    return this.#following.progress.position
  }

  get failure(): DaybookError | undefined {
    return this.#following.progress.failure
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
   * The tail gives the read model's own types alone, so the event at the position may be one that it never sees: it is
   * enough that the last of its own up to there is applied. No other can turn up there later, as positions are in
   * commit order.
   */
  async #reach(position: number, signal: AbortSignal): Promise<void> {
    const { progress } = this.#following
    if (progress.position >= position) return
    this.#assertRunning(position)
    await this.#untilRecorded(position, signal)
    const last = await this.#findLastOwn(position, signal)
    await progress.until(last, signal)
    if (progress.checkpoint < last) this.#assertRunning(position)
    progress.see(position)
  }

  async #untilRecorded(position: number, signal: AbortSignal): Promise<void> {
    const { log, progress } = this.#following
    if ((await log.head()) >= position) return
    const either = AbortSignal.any([signal, progress.ended])
    for await (const _ of log.tail({ after: position - 1, signal: either }).batches()) return
    this.#assertRunning(position)
  }

  async #findLastOwn(position: number, signal: AbortSignal): Promise<number> {
    const { log, progress } = this.#following
    const types = storedTypes(this.readModel.events)
    const span = { after: progress.checkpoint, upTo: position, direction: 'backwards', limit: 1 } as const
    const [event] = await log.read({ types, ...span, signal }).toArray()
    return event?.position ?? 0
  }

  #assertRunning(position: number): void {
    if (this.failure !== undefined) throw this.failure
    if (this.status === 'stopped') throw this.#notReached(position)
  }

  #notReached(position: number): DaybookError {
    const { name, checkpoint, status } = this
    const message =
      `The projection ${name} is ${status} at position ${checkpoint} and did not reach ${position} in time. ` +
      (status === 'running' ? 'Wait longer.' : 'Start it again.')
    return new DaybookError('not-reached', message, { projection: name, position, checkpoint })
  }

  async get(key: string): Promise<RowOf<Definition> | undefined> {
    // The target keeps what this read model's own fold has made.
    return (await this.#target.get(key)) as RowOf<Definition> | undefined
  }

  entries(options: EntriesOptions = {}): AsyncIterable<readonly [key: string, row: RowOf<Definition>]> {
    return toPairs<RowOf<Definition>>(this.#target.entries(options))
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
