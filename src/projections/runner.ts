/**
 * Keeps a projection up to date: what it does while it is at work, which `follow` gives it from time to time.
 *
 *     catching up ──near the head──▶ live
 *         ▲  ▲                       │  │
 *         │  └──fell off the tail────┘  │
 *         └──far behind, or begun anew──┘
 *
 * Every batch moves the checkpoint by compare-and-set from where it began.
 */
import type { DaybookError } from '../errors/index.ts'
import { storedTypes } from '../events/index.ts'
import {
  again,
  type FollowerLease,
  follow,
  readOwn,
  type SharedTail,
  type Subscription,
  Superseded,
} from '../following/index.ts'
import type { EventLog, Generation, ReadModelTarget } from '../store/index.ts'
import type { AnyProjection, ApplyBatch, EventPage } from './batch.ts'
import { checkpointAhead, isFatal, targetEmptied } from './failures.ts'
import type { Failure } from './fold-each-key.ts'
import { Pipeline } from './pipeline.ts'
import type { Progress } from './progress.ts'
import { rebuildNeeded } from './rebuild-needed.ts'

export interface RunnerContext {
  readonly log: EventLog
  readonly projection: AnyProjection
  readonly target: ReadModelTarget
  readonly applyBatch: ApplyBatch
  readonly progress: Progress
  readonly tail: SharedTail
  readonly lease: FollowerLease
  /** How often one that waits asks for the lease. */
  readonly askEveryMs: number
  /** Whether appends move the checkpoint, too. */
  readonly isInline: boolean
  readonly maxQuarantinedKeys: number
  readonly onQuarantined: (failure: Failure) => void
  /** Told once, when the projection fails. */
  readonly onFailure: (failure: DaybookError) => void
}

/** Nearer to the head than this a pass over history is shorter than what comes in meanwhile. */
const NEAR = 1_000
/** How often one that is live looks whether everything is still as it should be. */
const CHECK_EVERY_MS = 2_000
/** How far it may have looked beyond its checkpoint, before that is worth a write. */
const KEEP_AFTER = 1_000

/** Resolves when the projection has failed, or was stopped. Rejects only with what `onFailure` throws. */
export async function run(context: RunnerContext, signal: AbortSignal): Promise<void> {
  const { progress, lease, askEveryMs, onFailure } = context
  const follower = {
    lead: (reign: AbortSignal) => lead(context, reign),
    observe: () => observeCheckpoint(context),
    finish: () => keepSeen(context),
    isFatal,
  }
  await follow({ progress, lease, askEveryMs, onFailure, ...follower }, signal)
}

async function lead(context: RunnerContext, reign: AbortSignal): Promise<void> {
  const pipeline = await begin(context)
  context.progress.enter('catching up')
  while (!reign.aborted) {
    await catchUp(context, pipeline, reign)
    await stayLive(context, pipeline, reign)
  }
}

/** Where the live rows are by now, whoever keeps them up to date. */
export async function observeCheckpoint({ target, projection }: Pick<RunnerContext, 'target' | 'projection'>) {
  return await (await target.live(projection.fingerprint)).checkpoint()
}

async function begin(context: RunnerContext): Promise<Pipeline> {
  const { target, projection, progress } = context
  const generation = await again(() => target.live(projection.fingerprint))
  if (generation.fingerprint !== projection.fingerprint) throw rebuildNeeded(projection, generation)
  progress.beginFrom(await again(() => generation.begin()))
  const held = await again(() => generation.quarantined())
  progress.held = new Map(held.map((entry) => [entry.key, entry]))
  await assertSound(context, generation)
  // Rows that are ahead of the checkpoint are what the fold makes of them again.
  return new Pipeline({ ...context, generation, isNew: progress.checkpoint === 0 })
}

async function assertSound({ log, projection, progress }: RunnerContext, generation: Generation): Promise<void> {
  const { checkpoint } = progress
  const head = await log.head()
  if (checkpoint > head) throw checkpointAhead(projection.name, checkpoint, head)
  if (await again(() => generation.isEmptied())) throw targetEmptied(projection.name, checkpoint)
}

/** History, by a filter of its own: what is of other types is not even read. */
async function catchUp(context: RunnerContext, pipeline: Pipeline, signal: AbortSignal): Promise<void> {
  const { log, progress, lease } = context
  for (let head = await log.head(); head > progress.position; head = await log.head()) {
    const isFar = head - progress.position > NEAR
    if (isFar) {
      progress.enter('catching up')
      void lease.tell()
    }
    await readUpTo(context, pipeline, head, signal)
    if (!isFar) return
  }
}

async function readUpTo(context: RunnerContext, pipeline: Pipeline, upTo: number, signal: AbortSignal): Promise<void> {
  const { log, projection, progress, lease } = context
  const own = readOwn(log, { types: toTypes(projection), after: progress.position, upTo, signal })
  await pipeline.read(whileHeld(lease, own))
  await pipeline.drain()
  if (!signal.aborted) progress.see(upTo)
}

/** A process that has slept through its lease notices it here; the checkpoint would refuse it anyway. */
async function* whileHeld(lease: RunnerContext['lease'], pages: AsyncIterable<EventPage>): AsyncGenerator<EventPage> {
  for await (const page of pages) {
    if (!lease.isHeld) throw new Superseded()
    yield page
  }
}

async function stayLive(context: RunnerContext, pipeline: Pipeline, signal: AbortSignal): Promise<void> {
  const { tail, progress, lease } = context
  const subscription = await tail.join()
  try {
    if (subscription.position > progress.position) {
      await readUpTo(context, pipeline, subscription.position, signal)
    }
    if (progress.phase !== 'live') {
      progress.enter('live')
      void lease.tell()
    }
    await applyLive(context, { pipeline, subscription }, signal)
  } finally {
    subscription.leave()
  }
}

interface Following {
  readonly pipeline: Pipeline
  readonly subscription: Subscription
}

/** Until it falls off. */
async function applyLive(context: RunnerContext, { pipeline, subscription }: Following, signal: AbortSignal) {
  const { progress } = context
  const types = new Set(toTypes(context.projection))
  let checkAtMs = performance.now() + CHECK_EVERY_MS
  while (!signal.aborted) {
    const events = await subscription.next(CHECK_EVERY_MS, signal)
    if (events === undefined || signal.aborted) return
    if (context.isInline) await pipeline.resume()
    const own = events.filter(({ type, position }) => types.has(type) && position > progress.position)
    if (own.length > 0) await applyNow(context, pipeline, own)
    progress.see(events.at(-1)?.position ?? 0)
    if (performance.now() < checkAtMs) continue
    checkAtMs = performance.now() + CHECK_EVERY_MS
    await check(context)
    if (progress.position - progress.checkpoint > KEEP_AFTER) await pipeline.moveTo(progress.position)
  }
}

async function applyNow({ lease }: RunnerContext, pipeline: Pipeline, events: EventPage): Promise<void> {
  if (!lease.isHeld) throw new Superseded()
  await pipeline.push(events)
  await pipeline.drain()
}

/** Looks whether the rows that it keeps are still those that readers see, and whether it is still to keep them. */
async function check(context: RunnerContext): Promise<void> {
  const { target, projection, progress } = context
  const generation = await target.live(projection.fingerprint)
  if (generation.fingerprint !== projection.fingerprint) throw rebuildNeeded(projection, generation)
  // Rebuilt, or rolled back, or written by another instance.
  if ((await generation.checkpoint()) !== progress.checkpoint) throw new Superseded()
  await assertSound(context, generation)
}

/** What was not for this projection need not be looked at again by the next start. */
async function keepSeen({ target, projection, progress, lease }: RunnerContext): Promise<void> {
  if (progress.position === progress.checkpoint || !lease.isHeld) return
  const generation = await target.live(projection.fingerprint)
  if (generation.fingerprint !== projection.fingerprint) return
  const isMoved = await generation.save(new Map(), { from: progress.checkpoint, to: progress.position })
  if (isMoved) progress.move(progress.position)
}

export function toTypes({ events }: AnyProjection): readonly string[] {
  return storedTypes(events)
}
