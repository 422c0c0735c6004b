/**
 * Inline projections: kept up to date in the transaction of each append, so that whoever has an append's answer finds its
 * rows. On PostgreSQL and PGlite rows and events are there together or not at all, and an event that cannot be applied is
 * refused with its append. In memory there is no transaction to take back: its key is quarantined, as elsewhere.
 *
 * The price: such appends go one at a time, each in a transaction of its own, and not in groups. What was appended past
 * this process (an import, another program) is applied with the next append that concerns the projection.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError, isDaybookError } from '../errors/index.ts'
import { newEventId, storedTypes } from '../events/index.ts'
import type {
  Appended,
  AppendOptions,
  AppendRequest,
  EventLog,
  EventReader,
  Generation,
  ReadOptions,
  SqlClient,
  SqlStore,
} from '../store/index.ts'
import { applyCarefully } from './apply-carefully.ts'
import type { AnyProjection, ApplyBatch } from './batch.ts'
import { isPoison } from './failures.ts'
import { openTarget } from './open-target.ts'
import type { ProjectContext } from './project.ts'
import { rebuildNeeded } from './rebuild-needed.ts'

export interface InlineContext extends Pick<ProjectContext, 'log' | 'targets' | 'applyBatch'> {
  readonly definitions: readonly AnyProjection[]
  /** Undefined in memory. */
  readonly store: SqlStore | undefined
}

interface Ready {
  readonly definition: AnyProjection
  readonly generation: Generation
}

interface Applying extends Ready {
  readonly log: EventLog
  readonly applyBatch: ApplyBatch
  /** Reads the log up to the append, in its transaction. */
  read(options: ReadOptions): EventReader
  readonly upTo: number
}

/** As long as a store retries by itself. */
const RETRY_FOR_MS = 30_000
const RETRY_EVERY_MS = 200
/** Events applied at once. */
const PAGE_SIZE = 1_000

/** Appends to a log whose inline projections follow in the same transaction. */
export class InlineAppends {
  readonly #context: () => Promise<InlineContext>
  #opening: Promise<{ readonly context: InlineContext; readonly ready: readonly Ready[] }> | undefined
  /** One after the other: each holds the log's lock, so more of them would only hold connections. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(context: () => Promise<InlineContext>) {
    this.#context = context
  }

  append(request: AppendRequest, options: AppendOptions = {}): Promise<Appended> {
    const appended = this.#last.then(() => this.#append(request, options))
    this.#last = appended.catch(() => {})
    return appended
  }

  async #append(request: AppendRequest, options: AppendOptions): Promise<Appended> {
    this.#opening ??= this.#open()
    const { context, ready } = await this.#opening.catch((error) => {
      this.#opening = undefined
      throw error
    })
    const { store } = context
    if (store === undefined) return await appendInMemory(context, ready, { request, options })
    if (options.transaction !== undefined) {
      // Of the driver's own kind: both have `query` as our client has it.
      return await appendWithin(options.transaction as SqlClient, { context, ready, store }, { request, options })
    }
    return await appendAgain({ context, ready, store }, { request: withIds(request), options })
  }

  async #open() {
    const context = await this.#context()
    const ready = await Promise.all(context.definitions.map((definition) => openLive(context, definition)))
    return { context, ready }
  }
}

async function openLive(context: InlineContext, definition: AnyProjection): Promise<Ready> {
  const generation = await (await openTarget(context, definition)).live(definition.fingerprint)
  if (generation.fingerprint !== definition.fingerprint) throw rebuildNeeded(definition, generation)
  if (context.store !== undefined && generation.within === undefined) {
    const capability = `the inline projection ${definition.name}, whose rows are elsewhere than its events`
    throw new DaybookError('not-supported', `These targets do not support ${capability}.`, {
      engine: 'target',
      capability,
    })
  }
  return { definition, generation }
}

interface Appending {
  readonly request: AppendRequest
  readonly options: AppendOptions
}

interface Inline {
  readonly context: InlineContext
  readonly ready: readonly Ready[]
  readonly store: SqlStore
}

/** With ids of their own, events that were recorded though their answer was lost are found again. */
function withIds(request: AppendRequest): AppendRequest {
  const streams = request.streams.map((write) => ({
    ...write,
    events: write.events.map((event) => (event.id === undefined ? { ...event, id: newEventId() } : event)),
  }))
  return { ...request, streams }
}

async function appendAgain(inline: Inline, appending: Appending): Promise<Appended> {
  const deadline = performance.now() + RETRY_FOR_MS
  for (;;) {
    try {
      return await inline.store.database.transaction((client) => appendWithin(client, inline, appending))
    } catch (error) {
      if (!isDaybookError(error, 'connection-lost') || performance.now() > deadline) throw error
    }
    await delay(Math.random() * RETRY_EVERY_MS)
  }
}

async function appendWithin(client: SqlClient, { context, ready, store }: Inline, { request, options }: Appending) {
  const { log, applyBatch } = context
  const appended = await log.append(request, { ...options, transaction: client })
  for (const { definition, generation } of isNew(appended) ? ready : []) {
    if (!concerns(definition, appended)) continue
    const inside = generation.within?.(client) ?? generation
    const read = (span: ReadOptions) => store.readWithin(client, log.name, span)
    await catchUp({ definition, generation: inside, log, applyBatch, read, upTo: appended.position })
  }
  return appended
}

async function appendInMemory(context: InlineContext, ready: readonly Ready[], { request, options }: Appending) {
  const { log, applyBatch } = context
  const appended = await log.append(request, options)
  for (const { definition, generation } of isNew(appended) ? ready : []) {
    if (!concerns(definition, appended)) continue
    const read = (span: ReadOptions) => log.read(span)
    await catchUp({ definition, generation, log, applyBatch, read, upTo: appended.position }, true)
  }
  return appended
}

function isNew({ repeated, earlierCommand }: Appended): boolean {
  return !repeated && earlierCommand === undefined
}

function concerns({ events }: AnyProjection, appended: Appended): boolean {
  const types = new Set(storedTypes(events))
  return appended.events.some(({ type }) => types.has(type))
}

/** Usually of the append's own events alone: the checkpoint is locked, and nobody else moves it meanwhile. */
async function catchUp(applying: Applying, quarantines = false): Promise<void> {
  const { definition, generation, log, applyBatch, read, upTo } = applying
  const types = storedTypes(definition.events)
  let from = await generation.begin()
  const held = new Map((await generation.quarantined()).map((entry) => [entry.key, entry]))
  while (from < upTo) {
    const events = await read({ types, after: from, upTo, limit: PAGE_SIZE }).toArray()
    const to = events.length < PAGE_SIZE ? upTo : (events.at(-1)?.position ?? upTo)
    const batch = { log, readModel: definition, generation, pages: [events], from, to, held }
    const { isSaved, checkpoint, quarantine } = await applyBatch(batch).catch((error) => {
      if (!quarantines || !isPoison(error)) throw error
      return applyCarefully({ ...batch, maxQuarantinedKeys: Number.POSITIVE_INFINITY, onQuarantined: () => {} })
    })
    for (const [key, entry] of quarantine ?? []) held.set(key, entry)
    // In memory another instance may have been faster, as nothing is locked.
    from = isSaved ? checkpoint : await generation.begin()
  }
}
