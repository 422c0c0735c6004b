/**
 * Folds one share of a read model's keys into the generation being built, from the share's checkpoint to the end of what
 * is to be built. Rows and checkpoint are saved together, so after a crash, a lost connection, or another process's turn
 * there is one way on: from the checkpoint.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { isDaybookError } from '../../errors/index.ts'
import { storedTypes } from '../../events/index.ts'
import { foldRows, type KeyedBatch, toKeyed } from '../../readmodels/index.ts'
import type { ReadOptions } from '../../store/index.ts'
import { isPoison } from '../failures.ts'
import { foldShareCarefully } from './fold-share-carefully.ts'
import { RowCache } from './row-cache.ts'
import type { FoldShareOptions } from './share.ts'
import { isOwnKey, isShared } from './shares.ts'

/** An event has a key that is not its stream: its key's events may be in another share. */
export class Unshared extends Error {
  override readonly name = 'Unshared'
}

/** Rows that are saved at once. */
const MAX_CHANGES = 5_000
/** What a crash may cost: work of a second. */
const SAVE_EVERY_MS = 1_000
const FIRST_BACK_OFF_MS = 20
const LONGEST_BACK_OFF_MS = 5_000

/** @throws Unshared, `projection-failed` */
export async function foldShare(options: FoldShareOptions): Promise<void> {
  let isPoisoned = (await options.generation.quarantined()).length > 0
  for (let setbacks = 0; ; setbacks++) {
    try {
      if (await foldFromCheckpoint(options, isPoisoned)) return
    } catch (error) {
      if (isPoison(error) && !isPoisoned) {
        isPoisoned = true
        continue
      }
      if (!isDaybookError(error, 'connection-lost')) throw error
    }
    const waitMs = Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** setbacks)
    await delay(waitMs, undefined, { signal: options.signal })
  }
}

/** False when another instance was at work on the share. */
async function foldFromCheckpoint(options: FoldShareOptions, isPoisoned: boolean): Promise<boolean> {
  const { generation, share } = options
  const saved = await generation.checkpoint(share.partition)
  options.onProgress(saved)
  if (saved >= share.upTo) return true
  const isOwn = await toOwnKeys(options)
  return await (isPoisoned ? foldShareCarefully(options, isOwn) : foldQuickly(options, isOwn, saved))
}

async function foldQuickly(
  options: FoldShareOptions,
  isOwn: (key: string) => boolean,
  saved: number,
): Promise<boolean> {
  const { generation, share } = options
  // What was taken over from the live generation is there from the beginning.
  const cache = new RowCache(generation, saved === 0 && share.from === 0)
  const at = { from: saved, savedAtMs: performance.now() }
  for await (const { keyed, reached } of readShare(options, { after: saved, upTo: share.upTo })) {
    const own = withoutOthers(keyed, isOwn)
    cache.keep(foldRows(options.readModel, await cache.load(own.keys), own, generation))
    if (isSaveDue(cache, at.savedAtMs) && !(await save(options, cache, at, reached))) return false
  }
  return await save(options, cache, at, share.upTo)
}

/** Which keys are folded here. */
async function toOwnKeys(options: FoldShareOptions): Promise<(key: string) => boolean> {
  const { from, touchedUpTo, sharing, partition } = options.share
  const isOwn = sharing.by === 'stream' ? () => true : (key: string) => isOwnKey(key, partition)
  if (from === 0) return isOwn
  const touched = new Set<string>()
  for await (const { keyed } of readShare(options, { after: from, upTo: touchedUpTo })) {
    for (const key of keyed.keys) if (isOwn(key)) touched.add(key)
  }
  return (key) => touched.has(key)
}

async function* readShare({ log, readModel, share, signal }: FoldShareOptions, span: ReadOptions) {
  const { sharing, partition } = share
  const types = storedTypes(readModel.events)
  const part = sharing.by === 'stream' && partition.count > 1 ? { partition } : {}
  for await (const events of log.read({ ...span, ...part, types, signal }).batches()) {
    const keyed = toKeyed(readModel, events)
    if (!keyed.events.every((each) => isShared(sharing, each))) throw new Unshared()
    // Not the last event that is folded: what is stored may give none.
    yield { keyed, reached: events.at(-1)?.position ?? 0 }
  }
}

function withoutOthers({ events, keys }: KeyedBatch, isOwn: (key: string) => boolean): KeyedBatch {
  const own = keys.filter(isOwn)
  if (own.length === keys.length) return { events, keys }
  const ownKeys = new Set(own)
  const ownEvents = events.map((each) => ({ ...each, keys: each.keys.filter((key) => ownKeys.has(key)) }))
  return { events: ownEvents.filter((each) => each.keys.length > 0), keys: own }
}

function isSaveDue(cache: RowCache, savedAtMs: number): boolean {
  return cache.changes.size >= MAX_CHANGES || performance.now() - savedAtMs > SAVE_EVERY_MS
}

interface At {
  from: number
  savedAtMs: number
}

async function save(options: FoldShareOptions, cache: RowCache, at: At, to: number): Promise<boolean> {
  const { generation, share, signal } = options
  signal.throwIfAborted()
  if (!(await generation.save(cache.changes, { from: at.from, to, partition: share.partition }))) return false
  cache.written()
  at.from = to
  at.savedAtMs = performance.now()
  options.onProgress(to)
  return true
}
