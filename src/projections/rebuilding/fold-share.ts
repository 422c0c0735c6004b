/**
 * Folds one share of a read model's keys into the generation being built, from the share's checkpoint to the end of what
 * is to be built. Rows and checkpoint are saved together, so after a crash, a lost connection, or another process's turn
 * there is one way on: from the checkpoint.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isDaybookError } from '../../errors/index.ts'
import { storedTypes } from '../../events/index.ts'
import { readOwn, Superseded } from '../../following/index.ts'
import { type AnyReadModel, toKeyedCarefully } from '../../readmodels/index.ts'
import type { Generation } from '../../store/index.ts'
import { applyBatch } from '../apply-batch.ts'
import { isUnshared, Unshared } from '../failures.ts'
import { Pipeline } from '../pipeline.ts'
import { Progress } from '../progress.ts'
import type { FoldShareOptions } from './share.ts'
import { isShared } from './shares.ts'

/** There are as many shares in one process as it has cores. */
const LIMITS = { rows: 10_000, changes: 5_000 }
const FIRST_BACK_OFF_MS = 20
const LONGEST_BACK_OFF_MS = 5_000

/** @throws Unshared, `projection-failed` */
export async function foldShare(options: FoldShareOptions): Promise<void> {
  for (let setbacks = 0; ; setbacks++) {
    try {
      return await foldFromCheckpoint(options)
    } catch (error) {
      if (isUnshared(error)) throw new Unshared()
      // Another instance was at work on the share, or nobody could be.
      if (!(error instanceof Superseded) && !isDaybookError(error, 'connection-lost')) throw error
    }
    const waitMs = Math.random() * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** setbacks)
    await delay(waitMs, undefined, { signal: options.signal })
  }
}

/** @throws Superseded */
async function foldFromCheckpoint(options: FoldShareOptions): Promise<void> {
  const { log, generation, share, maxQuarantinedKeys } = options
  const progress = new Progress(await generation.checkpoint(share.partition))
  const { checkpoint } = progress
  options.onProgress(checkpoint)
  if (checkpoint >= share.upTo) return
  const own = await toOwn(options)
  const quarantined = await generation.quarantined()
  progress.held = new Map(quarantined.filter(({ key }) => own.isOwn(key)).map((entry) => [entry.key, entry]))
  const pipeline = new Pipeline({
    log,
    projection: own.readModel,
    generation: ofShare(options),
    ...toPart(options),
    applyBatch,
    progress,
    maxQuarantinedKeys,
    onQuarantined: () => {},
    // What was taken over from the live generation is there from the beginning.
    isNew: checkpoint === 0 && share.from === 0,
    limits: LIMITS,
  })
  await pipeline.read(readPages(options, checkpoint, share.upTo))
  await pipeline.drain()
  if (progress.checkpoint < share.upTo) await pipeline.moveTo(share.upTo)
}

function readPages({ log, readModel, share, signal, ...options }: FoldShareOptions, after: number, upTo: number) {
  return readOwn(log, { ...toPart({ share, ...options }), types: storedTypes(readModel.events), after, upTo, signal })
}

function toPart({ share: { sharing, partition } }: Pick<FoldShareOptions, 'share'>) {
  return sharing.by === 'stream' && partition.count > 1 ? { partition } : {}
}

/** The read model as far as it is folded here. */
async function toOwn(options: FoldShareOptions) {
  const { from, touchedUpTo } = options.share
  const readModel = held(options)
  if (from === 0) return { readModel, isOwn: () => true }
  const touched = new Set<string>()
  for await (const page of readPages(options, from, touchedUpTo)) {
    for (const key of toKeyedCarefully(readModel, page).keys) touched.add(key)
  }
  const isOwn = (key: string) => touched.has(key)
  return {
    readModel: { ...readModel, keysOf: (event) => readModel.keysOf(event).filter(isOwn) } as AnyReadModel,
    isOwn,
  }
}

/** Holds every event to how the work is shared out. */
function held({ readModel, share: { sharing } }: FoldShareOptions): AnyReadModel {
  if (sharing.by === 'key') return readModel
  return {
    ...readModel,
    keysOf: (event) => {
      const keys = readModel.keysOf(event)
      if (!isShared(sharing, { event, keys })) throw new Unshared()
      return keys
    },
  }
}

/** The generation with the share's checkpoint for its own. */
function ofShare({ generation, share: { partition }, onProgress, signal }: FoldShareOptions): Generation {
  const save: Generation['save'] = async (changes, move) => {
    signal.throwIfAborted()
    const isSaved = await generation.save(changes, { ...move, partition })
    if (isSaved) onProgress(move.to)
    return isSaved
  }
  return new Proxy(generation, {
    get: (_, name) => {
      if (name === 'save') return save
      const value = Reflect.get(generation, name, generation)
      return typeof value === 'function' ? value.bind(generation) : value
    },
  })
}
