/**
 * What is done about keys whose events wait: they are tried again, from the one that failed on, or without that one.
 * Rows and quarantine are written at the checkpoint, so that whoever keeps the projection up to date meanwhile either
 * comes first, and this is tried again, or notices.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DaybookError, toReason } from '../errors/index.ts'
import { type RecordedEvent, storedTypes } from '../events/index.ts'
import { type AnyReadModel, type AnySqlProjection, foldKey, readCarefully } from '../readmodels/index.ts'
import { type EventLog, type Generation, type QuarantinedKey, type ReadModelTarget, refuse } from '../store/index.ts'
import type { AnyProjection } from './batch.ts'
import { keyQuarantined } from './failures.ts'

/** Keys of a projection whose events wait, since one of them could not be applied. */
export interface Quarantine {
  /** By key, in the order of their bytes. */
  list(): Promise<readonly QuarantinedKey[]>
  /**
   * Applies the events of a key that wait, in order. @throws `key-quarantined` when one fails again: what comes before it
   * is applied; `invalid-argument` when the key is not in quarantine
   */
  retry(key: string): Promise<void>
  /** The same without the first that waits, which is never applied to the key. */
  skip(key: string): Promise<void>
}

export interface QuarantineContext {
  readonly log: EventLog
  readonly projection: AnyProjection
  readonly target: ReadModelTarget
}

export function toQuarantine(context: QuarantineContext): Quarantine {
  return {
    list: async () => await (await open(context)).quarantined(),
    retry: (key) => release(context, key, false),
    skip: (key) => release(context, key, true),
  }
}

async function open({ target, projection }: QuarantineContext): Promise<Generation> {
  return await target.live(projection.fingerprint)
}

/** Under a steady load the checkpoint moves on while the key's events are read: then only what is new is read. */
const MAX_ATTEMPTS = 1_000
const LONGEST_PAUSE_MS = 20

async function release(context: QuarantineContext, key: string, skipsFirst: boolean): Promise<void> {
  const generation = await open(context)
  let skips = skipsFirst
  const waiting: Waiting = { events: [], unreadable: new Map(), upTo: 0 }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const checkpoint = await generation.begin()
    const entry = (await generation.quarantined()).find((each) => each.key === key)
    if (entry === undefined) refuse('key', `is ${JSON.stringify(key)}, which is not in quarantine`)
    const after = Math.max(waiting.upTo, entry.position - 1)
    await readKey(context, key, { after, upTo: checkpoint }, waiting)
    const from = skips ? entry.position + 1 : entry.position
    const events = waiting.events.filter(({ position }) => position >= from)
    const applying = { generation, entry, checkpoint, events, unreadable: waiting.unreadable }
    const { projection } = context
    const outcome = 'kind' in projection ? await runKey(projection, applying) : await applyKey(projection, applying)
    if (outcome === 'released') return
    // Of SQL, what comes before the one that fails again is applied one by one: the first is not to be skipped twice.
    if (outcome === 'progressed') skips = false
    else await delay(Math.random() * LONGEST_PAUSE_MS)
  }
  const message = `The key ${JSON.stringify(key)} could not be released: others kept writing. Try again.`
  throw new DaybookError('connection-lost', message, { engine: 'target', attempts: MAX_ATTEMPTS })
}

interface Waiting {
  /** Of the key; those that cannot be read as they are stored. */
  readonly events: RecordedEvent[]
  /** By position, why they cannot be. */
  readonly unreadable: Map<number, unknown>
  upTo: number
}

/** Adds the events of the key to those that wait. */
async function readKey(
  { log, projection }: QuarantineContext,
  key: string,
  { after, upTo }: { after: number; upTo: number },
  waiting: Waiting,
): Promise<void> {
  const reader = { read: projection.read, keysOf: (event: RecordedEvent) => keysOf(projection, event) }
  for await (const page of log.read({ after, upTo, types: storedTypes(projection.events) }).batches()) {
    for (const { event, keys, unreadable } of page.flatMap((recorded) => readCarefully(reader, recorded))) {
      if (!keys.includes(key)) continue
      waiting.events.push(event)
      if (unreadable !== undefined) waiting.unreadable.set(event.position, unreadable.cause)
    }
  }
  waiting.upTo = upTo
}

function keysOf(projection: AnyProjection, event: RecordedEvent): readonly string[] {
  return 'kind' in projection ? [projection.keyOf(event)] : projection.keysOf(event)
}

interface Applying {
  readonly generation: Generation
  readonly entry: QuarantinedKey
  readonly checkpoint: number
  /** Those that wait, without one that is skipped. */
  readonly events: readonly RecordedEvent[]
  readonly unreadable: ReadonlyMap<number, unknown>
}

/** `superseded`: somebody else has written, and nothing was. */
type Outcome = 'released' | 'progressed' | 'superseded'

async function applyKey(readModel: AnyReadModel, applying: Applying): Promise<Outcome> {
  const { generation, entry, checkpoint, events, unreadable } = applying
  const { key } = entry
  const before = (await generation.load([key])).get(key)
  const { change, applied, failure } = foldKey(readModel, key, { before, events, unreadable, place: generation })
  const failed = events[applied]
  const next = failed && toNext(entry, failed, { waiting: events.length - applied, cause: failure })
  const changes = new Map(change === undefined ? [] : [[key, change]])
  const move = { from: checkpoint, to: checkpoint, quarantine: new Map([[key, next]]) }
  if (!(await generation.save(changes, move))) return 'superseded'
  if (failed !== undefined)
    throw keyQuarantined({ projection: readModel.name, key, position: failed.position }, failure)
  return 'released'
}

/** One event at a time, so that what can be applied is. */
async function runKey(projection: AnySqlProjection, applying: Applying): Promise<Outcome> {
  const { generation, entry, checkpoint, events } = applying
  const { key } = entry
  const move = (next: QuarantinedKey | undefined) => {
    return { from: checkpoint, to: checkpoint, quarantine: new Map([[key, next]]) }
  }
  const [event] = events
  if (event === undefined) return (await generation.save(new Map(), move(undefined))) ? 'released' : 'superseded'
  // All that one stored event gives belongs together.
  const parts = events.filter(({ position }) => position === event.position)
  const following = events[parts.length]
  const next = following && toNext(entry, following, { waiting: events.length - parts.length, cause: entry.error })
  let failure: { readonly cause: unknown } | undefined
  const work: Parameters<NonNullable<Generation['saveWith']>>[1] = async (client) => {
    try {
      if (applying.unreadable.has(event.position)) throw applying.unreadable.get(event.position)
      await projection.apply(client, parts)
    } catch (cause) {
      failure = { cause }
      throw cause
    }
  }
  try {
    if (!(await generation.saveWith?.(move(next), work))) return 'superseded'
  } catch (error) {
    if (failure === undefined) throw error
    const { cause } = failure
    await generation.save(new Map(), move(toNext(entry, event, { waiting: events.length, cause })))
    throw keyQuarantined({ projection: projection.name, key, position: event.position }, cause)
  }
  return next === undefined ? 'released' : 'progressed'
}

function toNext(entry: QuarantinedKey, event: RecordedEvent, now: { waiting: number; cause: unknown }): QuarantinedKey {
  return { ...entry, position: event.position, waiting: now.waiting, error: toReason(now.cause) }
}
