/**
 * Rebuilds the tables that SQL of the user's own fills, beside the live ones, by the same statements: each page of the
 * log in the transaction that moves the checkpoint of what is built, so that whoever goes on after a crash begins where
 * that was left. They are compared with the live ones at one position, and swapped in when they have come as far.
 *
 *     folding, up to where the live ones are ──▶ comparing, at one position ──accepted──▶ catching up ──▶ swapped
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError } from '../../errors/index.ts'
import { storedTypes } from '../../events/index.ts'
import type { AnySqlProjection } from '../../readmodels/index.ts'
import type { CatchUpWithin, ComparedTable, Generation, ReadModelTarget, SqlStore } from '../../store/index.ts'
import { isPoison } from '../failures.ts'
import { openTarget } from '../open-target.ts'
import { catchUp } from './catch-up.ts'
import { Meter } from './meter.ts'
import type { RebuildContext, RebuildOptions, Rebuilt } from './rebuild.ts'
import { type HeldLease, withRebuildLease } from './rebuild-lease.ts'

export interface RebuildTablesOptions
  extends Pick<RebuildOptions, 'targets' | 'verifyOnly' | 'maxQuarantinedKeys' | 'onProgress' | 'signal'> {
  /** Decides by the comparison whether to swap. Always, when absent; without a comparison with what is live, not. */
  readonly accept?: (comparison: TableComparison) => boolean | Promise<boolean>
}

export interface TableComparison {
  /** Every table has the same rows on both sides. */
  readonly isEqual: boolean
  /** Up to which both sides were folded. */
  readonly position: number
  readonly tables: readonly ComparedTable[]
}

export interface RebuiltTables extends Omit<Rebuilt, 'comparison'> {
  /** Undefined where nothing was live, or both were never found at one position. */
  readonly comparison?: TableComparison
}

const DEFAULT_MAX_QUARANTINED_KEYS = 100
/** Under a steady load the live tables move on while the others come to where they were, but not every time. */
const MAX_COMPARISONS = 100
const LONGEST_PAUSE_MS = 50

/** @throws `not-supported` where tables are not declared, or cannot be moved; `rebuild-under-way`, `projection-failed` */
export async function rebuildTables(
  context: RebuildTablesContext,
  projection: AnySqlProjection,
  options: RebuildTablesOptions,
): Promise<RebuiltTables> {
  const { target, store } = await openTables(context, projection)
  return await withRebuildLease(context.log.leases, projection.name, options.signal, async (held) => {
    const { generation, resumed } = await beginOrGoOn(projection, target, held)
    const begun = { source: projection.source, generation: generation.id }
    const meter = new Meter((progress) => {
      held.keep({ ...begun, progress })
      options.onProgress?.(progress)
    })
    await held.write({ ...begun, progress: meter.progress })
    const work: Work = { ...context, store, projection, target, generation, held, meter, options }
    const released = await release(work)
    const quarantined = (await generation.quarantined()).length
    return { ...released, generation: generation.id, quarantined, resumed }
  })
}

export interface RebuildTablesContext extends RebuildContext {
  /** Undefined where it is no PostgreSQL, and so has no such tables. */
  readonly store: SqlStore | undefined
}

interface Work extends RebuildContext {
  readonly store: SqlStore
  readonly projection: AnySqlProjection
  readonly target: ReadModelTarget
  readonly generation: Generation
  readonly held: HeldLease
  readonly meter: Meter
  readonly options: RebuildTablesOptions
}

async function openTables(context: RebuildTablesContext, projection: AnySqlProjection) {
  const target = await openTarget(context, projection)
  const { store } = context
  if (target.compareTables !== undefined && store !== undefined) return { target, store }
  const capability = `a rebuild of ${projection.name}`
  const message =
    `The SQL projection ${projection.name} does not say which tables are its own, and how they are made: give it ` +
    '`tables` and `setup`. Or make new tables, and give it another name to fill them.'
  throw new DaybookError('not-supported', message, { engine: 'target', capability })
}

/** What other functions have begun to build is dropped: its version alone does not tell them apart. */
async function beginOrGoOn({ source, fingerprint }: AnySqlProjection, target: ReadModelTarget, { note }: HeldLease) {
  const building = (await target.generations()).find(({ state }) => state === 'building')
  const earlier = toBegun(note)
  const resumed =
    building !== undefined &&
    building.fingerprint === fingerprint &&
    earlier?.source === source &&
    earlier.generation === building.id
  if (building !== undefined && !resumed) await target.drop(building.id)
  return { generation: await target.build(fingerprint), resumed }
}

function toBegun(note: unknown) {
  const isBegun = typeof note === 'object' && note !== null && 'source' in note
  return isBegun ? (note as { readonly source: string; readonly generation: number }) : undefined
}

async function release(work: Work): Promise<Omit<RebuiltTables, 'generation' | 'quarantined' | 'resumed'>> {
  const { log, held, meter, options, generation } = work
  meter.begin('folding', await log.head(), await generation.checkpoint())
  const isFirst = (await findLive(work)) === undefined
  const comparison = isFirst ? undefined : await compareWithLive(work)
  const found = comparison === undefined ? {} : { comparison }
  if (isFirst) await advance(work)
  const position = await generation.checkpoint()
  if (options.verifyOnly) return { status: 'verified', position, ...found }
  if (!isFirst && !(await isAccepted(options, comparison))) return { status: 'refused', position, ...found }
  meter.begin('catching up', await log.head(), position)
  const swappedAt = await swap(work)
  held.keep({ progress: { ...meter.progress, phase: 'swapped' } })
  return { status: 'swapped', position: swappedAt, ...found }
}

async function isAccepted({ accept }: RebuildTablesOptions, comparison: TableComparison | undefined): Promise<boolean> {
  if (accept === undefined) return true
  return comparison !== undefined && (await accept(comparison))
}

/** What is built comes to where the live tables are, and they are looked at as of a moment in which they still are there. */
async function compareWithLive(work: Work): Promise<TableComparison | undefined> {
  const { target, generation, held, meter } = work
  for (let attempt = 0; attempt < MAX_COMPARISONS; attempt++) {
    const live = await findLive(work)
    if (live === undefined) return undefined
    // One that has gone past the live ones waits for them.
    if ((await advance(work, live.checkpoint)) <= live.checkpoint) {
      await unlessPoisoned(() => target.meetLive?.(generation.id, toCatchUpWithin(work)))
    }
    if (meter.progress.phase !== 'comparing') meter.begin('comparing', 1)
    const tables = await target.compareTables?.(generation.id)
    if (tables !== undefined) {
      meter.update(1)
      return { isEqual: tables.every(isSame), position: await generation.checkpoint(), tables }
    }
    await pause(held)
  }
  return undefined
}

/** An event that cannot be applied is seen to outside of that transaction, which it would undo. */
async function unlessPoisoned<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isPoison(error)) return undefined
    throw error
  }
}

/** The few events that the live tables have got since the others were brought to where they were. */
function toCatchUpWithin({ log, projection, applyBatch, store }: Work): CatchUpWithin {
  return async (built, { client, upTo }) => {
    const from = await built.checkpoint()
    const held = new Map((await built.quarantined()).map((entry) => [entry.key, entry]))
    const span = { types: storedTypes(projection.events), after: from, upTo }
    const pages = store.readWithin(client, log.name, span).batches()
    await applyBatch({ log, readModel: projection, generation: built, pages, from, to: upTo, held })
  }
}

function isSame({ live, built }: ComparedTable): boolean {
  return live?.rows === built?.rows && live?.checksum === built?.checksum
}

async function swap(work: Work): Promise<number> {
  const { log, target, generation, held } = work
  for (;;) {
    held.signal.throwIfAborted()
    await advance(work)
    const live = await findLive(work)
    // A log that was restored may end before what was live.
    const evenBehind = live !== undefined && live.checkpoint > (await log.head())
    const options = { evenBehind, catchUpWithin: toCatchUpWithin(work) }
    if (await unlessPoisoned(() => target.promote(generation.id, options))) return await generation.checkpoint()
    await pause(held)
  }
}

async function findLive({ target }: Work) {
  return (await target.generations()).find(({ state }) => state === 'live')
}

async function advance(work: Work, upTo?: number): Promise<number> {
  const { log, projection, generation, applyBatch, held, meter, options } = work
  const { maxQuarantinedKeys = DEFAULT_MAX_QUARANTINED_KEYS } = options
  const onProgress = (position: number, head: number) => {
    if (meter.progress.phase !== 'comparing') meter.update(position, head)
  }
  const limits = { maxQuarantinedKeys, ...(upTo !== undefined && { upTo }) }
  return await catchUp({
    ...limits,
    log,
    readModel: projection,
    generation,
    applyBatch,
    signal: held.signal,
    onProgress,
  })
}

async function pause({ signal }: HeldLease): Promise<void> {
  await delay(Math.random() * LONGEST_PAUSE_MS, undefined, { signal })
}
