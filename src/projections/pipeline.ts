/**
 * Applies batches in order: while one is being saved, the next is read and folded. A batch that fails is tried again,
 * alone; one that still fails is applied carefully, so that what cannot be applied holds up its own key and no other.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isDaybookError } from '../errors/index.ts'
import type { RecordedEvent } from '../events/index.ts'
import type { EventLog, Generation } from '../store/index.ts'
import { applyCarefully, type Failure } from './apply-carefully.ts'
import type { AnyProjection, AppliedBatch, ApplyBatch, Held, ProjectionBatch } from './batch.ts'
import { isPoison } from './failures.ts'
import type { Progress } from './progress.ts'
import { RememberedRows } from './remembered-rows.ts'

export interface PipelineContext {
  readonly log: EventLog
  readonly projection: AnyProjection
  readonly generation: Generation
  readonly applyBatch: ApplyBatch
  readonly progress: Progress
  readonly maxQuarantinedKeys: number
  readonly onQuarantined: (failure: Failure) => void
}

/** Another instance has been at work: begin again from the checkpoint. */
export class Superseded extends Error {
  override readonly name = 'Superseded'
}

/** What fails by chance does not fail so often in a row. */
const ATTEMPTS = 3
const RETRY_AFTER_MS = 50

interface UnderWay {
  readonly applied: Promise<AppliedBatch>
  readonly batch: ProjectionBatch
}

export class Pipeline {
  readonly #context: PipelineContext
  readonly #remembered: RememberedRows
  #end: number
  #saving: UnderWay | undefined

  constructor(context: PipelineContext) {
    this.#context = context
    this.#remembered = new RememberedRows(context.generation)
    this.#end = context.progress.checkpoint
  }

  /** Resolves when the next batch may be given. @throws Superseded */
  async push(events: readonly RecordedEvent[]): Promise<void> {
    const { projection, progress } = this.#context
    // The user's own SQL has to see what the batch before it has written; and of held keys every event is counted.
    if ('kind' in projection || progress.held.size > 0) await this.drain()
    const batch = this.#toBatch(events)
    const previous = this.#saving
    let onFolded = () => {}
    const folded = new Promise<void>((resolve) => {
      onFolded = resolve
    })
    const after = previous === undefined ? {} : { previous: previous.applied }
    const applied = this.#context.applyBatch({ ...batch, onFolded, ...after })
    // It is looked at when its turn comes.
    applied.catch(() => {})
    await Promise.race([folded, applied.catch(() => {})])
    await this.drain()
    this.#saving = { applied, batch }
    this.#end = batch.checkpoint
  }

  /** Resolves when everything that was given is saved. @throws Superseded */
  async drain(): Promise<void> {
    const saving = this.#saving
    this.#saving = undefined
    if (saving === undefined) return
    try {
      this.#settle(saving.batch, await saving.applied)
    } catch (error) {
      if (isDaybookError(error, 'connection-lost')) await this.#applyAgain(saving.batch, error)
      else if (isPoison(error)) await this.#applyAlone(saving.batch, error)
      else throw error
    }
  }

  /** Goes on from where the checkpoint is by now. */
  async resume(): Promise<void> {
    await this.drain()
    const { generation, progress } = this.#context
    const checkpoint = await generation.begin()
    if (checkpoint === this.#end) return
    this.#end = checkpoint
    this.#remembered.forget()
    progress.move(checkpoint)
  }

  /** There is nothing to apply up to here. @throws Superseded */
  async moveTo(position: number): Promise<void> {
    await this.drain()
    const { generation, progress } = this.#context
    if (!(await generation.save(new Map(), { from: this.#end, to: position }))) throw new Superseded()
    this.#end = position
    progress.move(position)
  }

  #toBatch(events: readonly RecordedEvent[]): ProjectionBatch {
    const { log, projection, generation, progress } = this.#context
    const checkpoint = events.at(-1)?.position ?? this.#end
    const { held } = progress
    const remembered = this.#remembered
    return { log, readModel: projection, generation, events, from: this.#end, checkpoint, held, remembered }
  }

  #settle({ events, checkpoint }: ProjectionBatch, { isSaved, quarantine }: AppliedBatch): void {
    if (!isSaved) throw new Superseded()
    const { progress } = this.#context
    if (quarantine !== undefined) progress.held = mergeHeld(progress.held, quarantine)
    this.#remembered.saved(checkpoint)
    progress.rate.add(events.length)
    progress.move(checkpoint)
  }

  /**
   * The connection was lost. To begin everything again costs some ten questions, of which a bad connection loses one each
   * time. If the batch was saved after all, the checkpoint is not where it began, and this is superseded.
   */
  async #applyAgain(batch: ProjectionBatch, lost: unknown): Promise<void> {
    const { applyBatch, progress } = this.#context
    let error = lost
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      this.#remembered.forget()
      progress.suffer(error)
      await delay(Math.random() * RETRY_AFTER_MS * attempt)
      try {
        return this.#settle(batch, await applyBatch({ ...batch, held: progress.held }))
      } catch (again) {
        if (isPoison(again)) return await this.#applyAlone(batch, again)
        if (!isDaybookError(again, 'connection-lost')) throw again
        error = again
      }
    }
    throw error
  }

  async #applyAlone(batch: ProjectionBatch, first: unknown): Promise<void> {
    let error = first
    if (this.#context.maxQuarantinedKeys === 0) throw error
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      this.#remembered.forget()
      this.#context.progress.suffer(error)
      await delay(RETRY_AFTER_MS * 2 ** attempt)
      try {
        return this.#settle(batch, await this.#context.applyBatch({ ...batch, held: this.#context.progress.held }))
      } catch (again) {
        if (!isPoison(again)) throw again
        error = again
      }
    }
    this.#remembered.forget()
    const { maxQuarantinedKeys, onQuarantined, progress } = this.#context
    const { held } = progress
    this.#settle(batch, await applyCarefully({ ...batch, held, maxQuarantinedKeys, onQuarantined }))
    this.#remembered.forget()
  }
}

function mergeHeld(held: Held, changed: Held): Held {
  return new Map([...held, ...changed])
}
