/**
 * Applies batches in order: while one is being saved, the next is read and folded. A batch that fails is tried again,
 * alone; one that still fails is applied carefully, so that what cannot be applied holds up its own key and no other.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isDaybookError } from '../errors/index.ts'
import { storedTypes } from '../events/index.ts'
import { Superseded } from '../following/index.ts'
import type { EventLog, Generation, Partition } from '../store/index.ts'
import { applyCarefully } from './apply-carefully.ts'
import type { AnyProjection, AppliedBatch, ApplyBatch, EventPage, Folded, Held, ProjectionBatch } from './batch.ts'
import { isPoison, isUnreadable } from './failures.ts'
import type { Failure } from './fold-each-key.ts'
import { History } from './history.ts'
import type { Progress } from './progress.ts'
import { RememberedRows, type RowLimits } from './remembered-rows.ts'

export interface PipelineContext {
  readonly log: EventLog
  readonly projection: AnyProjection
  readonly generation: Generation
  /** The share of the streams that is applied: all of them when absent. */
  readonly partition?: Partition
  /** Nothing has been written to the generation yet: what is not remembered is nowhere. */
  readonly isNew?: boolean
  /** How many rows are in memory: those of a projection when absent. */
  readonly limits?: RowLimits
  readonly applyBatch: ApplyBatch
  readonly progress: Progress
  readonly maxQuarantinedKeys: number
  readonly onQuarantined: (failure: Failure) => void
}

/** What fails by chance does not fail so often in a row. */
const ATTEMPTS = 3
const RETRY_AFTER_MS = 50

/** What a crash may cost: work of a second. */
const SAVE_EVERY_MS = 1_000
/** Events that are kept until they are applied, where they are: a page may be of 4 MiB. */
const MAX_GATHERED_EVENTS = 20_000
const MAX_GATHERED_PAGES = 10

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
    this.#remembered = new RememberedRows(context.generation, context.isNew ?? false, context.limits)
    this.#end = context.progress.checkpoint
  }

  /** Applies history, in batches. Resolves when all of it is folded, and but for the last batch saved. @throws Superseded */
  async read(pages: AsyncIterable<EventPage>): Promise<void> {
    const history = new History(pages, (after, upTo) => this.#reread(after, upTo))
    try {
      while (await history.hasMore()) await this.#begin(history.batchFrom(this.#end), this.#untilEnough())
    } finally {
      await history.close()
    }
  }

  #reread(after: number, upTo: number): AsyncIterable<EventPage> {
    const { log, projection, partition } = this.#context
    const types = storedTypes(projection.events)
    return log.read({ types, after, upTo, ...(partition && { partition }) }).batches()
  }

  #untilEnough(): (folded: Folded) => boolean {
    const saveAtMs = performance.now() + SAVE_EVERY_MS
    // The user's own SQL gets its events together; of a read model none is left but what became of them.
    if ('kind' in this.#context.projection) {
      return ({ events, pages }) => events >= MAX_GATHERED_EVENTS || pages >= MAX_GATHERED_PAGES
    }
    const { maxChanges } = this.#remembered
    return ({ rows }) => rows >= maxChanges || performance.now() > saveAtMs
  }

  /** Applies events as one batch. Resolves when the next may be given. @throws Superseded */
  async push(events: EventPage): Promise<void> {
    await this.#begin([events])
  }

  async #begin(pages: ProjectionBatch['pages'], isEnough?: ProjectionBatch['isEnough']): Promise<void> {
    const { projection, progress } = this.#context
    // The user's own SQL has to see what the batch before it has written; and of held keys every event is counted.
    if ('kind' in projection || progress.held.size > 0) await this.drain()
    const batch = this.#toBatch(pages, isEnough)
    const previous = this.#saving
    let onFolded: (checkpoint: number) => void = () => {}
    const folded = new Promise<number>((resolve) => {
      onFolded = resolve
    })
    const after = previous === undefined ? {} : { previous: previous.applied }
    const applied = this.#context.applyBatch({ ...batch, onFolded, ...after })
    // A failure is looked at when its turn comes.
    const ended = applied.then(({ checkpoint }) => checkpoint).catch(() => undefined)
    const end = await Promise.race([folded, ended])
    await this.drain()
    this.#saving = { applied, batch }
    if (end === undefined) await this.drain()
    else this.#end = end
  }

  /** Resolves when everything that was given is saved. @throws Superseded */
  async drain(): Promise<void> {
    const saving = this.#saving
    this.#saving = undefined
    if (saving === undefined) return
    try {
      this.#settle(await saving.applied)
    } catch (error) {
      // As many pages as it had, and no others.
      const { isEnough: _, ...batch } = saving.batch
      if (isDaybookError(error, 'connection-lost')) await this.#applyAgain(batch, error)
      else if (isPoison(error)) await this.#applyAlone(batch, error)
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

  #toBatch(pages: ProjectionBatch['pages'], isEnough: ProjectionBatch['isEnough']): ProjectionBatch {
    const { log, projection: readModel, generation, progress } = this.#context
    const { held } = progress
    const remembered = this.#remembered
    const whole = { log, readModel, generation, pages, from: this.#end, held, remembered }
    return isEnough === undefined ? whole : { ...whole, isEnough }
  }

  #settle({ isSaved, events, checkpoint, quarantine }: AppliedBatch): void {
    if (!isSaved) throw new Superseded()
    const { progress } = this.#context
    if (quarantine !== undefined) progress.held = mergeHeld(progress.held, quarantine)
    this.#remembered.saved(checkpoint)
    progress.rate.add(events)
    progress.move(checkpoint)
  }

  /**
   * The connection was lost. To begin everything again costs some ten questions, of which a bad connection loses one each
   * time. If the batch was saved after all, the checkpoint is not where it began, and this is superseded.
   */
  async #applyAgain(batch: ProjectionBatch, lost: unknown): Promise<void> {
    const { progress } = this.#context
    let error = lost
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      this.#remembered.forget()
      progress.suffer(error)
      await delay(Math.random() * RETRY_AFTER_MS * attempt)
      try {
        return await this.#repeat(batch)
      } catch (again) {
        if (isPoison(again)) return await this.#applyAlone(batch, again)
        if (!isDaybookError(again, 'connection-lost')) throw again
        error = again
      }
    }
    throw error
  }

  async #repeat(batch: ProjectionBatch): Promise<void> {
    const { applyBatch, progress } = this.#context
    const applied = await applyBatch({ ...batch, held: progress.held })
    this.#settle(applied)
    this.#end = Math.max(this.#end, applied.checkpoint)
  }

  async #applyAlone(batch: ProjectionBatch, first: unknown): Promise<void> {
    let error = first
    const { maxQuarantinedKeys, progress } = this.#context
    if (maxQuarantinedKeys === 0) throw error
    for (let attempt = 1; attempt < ATTEMPTS && !isUnreadable(error); attempt++) {
      this.#remembered.forget()
      progress.suffer(error)
      await delay(RETRY_AFTER_MS * 2 ** attempt)
      try {
        return await this.#repeat(batch)
      } catch (again) {
        if (!isPoison(again)) throw again
        error = again
      }
    }
    await this.#applyCarefully(batch)
  }

  /** Page by page, as all events of a page are kept until it is applied. */
  async #applyCarefully(batch: ProjectionBatch): Promise<void> {
    const { maxQuarantinedKeys, onQuarantined, progress } = this.#context
    let { from } = batch
    this.#remembered.forget()
    for await (const page of batch.pages) {
      const { held } = progress
      const careful = { ...batch, pages: [page], from, held, maxQuarantinedKeys, onQuarantined }
      const applied = await applyCarefully(careful)
      this.#settle(applied)
      from = applied.checkpoint
    }
    this.#end = Math.max(this.#end, from)
    this.#remembered.forget()
  }
}

function mergeHeld(held: Held, changed: Held): Held {
  return new Map([...held, ...changed])
}
