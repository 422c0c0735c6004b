/**
 * Folds a share of which something could not be applied: batch by batch, as a running projection does, so that what
 * cannot be applied holds up its own key and no other. The keys wait in the quarantine of the generation being built.
 */
import { storedTypes } from '../../events/index.ts'
import type { AnyReadModel } from '../../readmodels/index.ts'
import type { Generation, QuarantinedKey } from '../../store/index.ts'
import { applyCarefully } from '../apply-carefully.ts'
import type { FoldShareOptions } from './share.ts'

/** False when another instance was at work on the share. */
export async function foldShareCarefully(options: FoldShareOptions, isOwn: (key: string) => boolean): Promise<boolean> {
  const { log, generation, share, signal, onProgress, maxQuarantinedKeys } = options
  const { partition, upTo, sharing } = share
  const held = new Map<string, QuarantinedKey>()
  for (const entry of await generation.quarantined()) if (isOwn(entry.key)) held.set(entry.key, entry)
  const of = { log, readModel: ownKeys(options.readModel, isOwn), generation: ownCheckpoint(options) }
  let from = await generation.checkpoint(partition)
  const part = sharing.by === 'stream' && partition.count > 1 ? { partition } : {}
  const span = { ...part, types: storedTypes(options.readModel.events), after: from, upTo, signal }
  for await (const events of log.read(span).batches()) {
    const checkpoint = events.at(-1)?.position ?? from
    const batch = { ...of, events, from, checkpoint, held, maxQuarantinedKeys, onQuarantined: () => {} }
    const { isSaved, quarantine = new Map() } = await applyCarefully(batch)
    if (!isSaved) return false
    for (const [key, entry] of quarantine) held.set(key, entry)
    from = checkpoint
    onProgress(from)
  }
  const isDone = from === upTo || (await of.generation.save(new Map(), { from, to: upTo }))
  if (isDone) onProgress(upTo)
  return isDone
}

function ownKeys(readModel: AnyReadModel, isOwn: (key: string) => boolean): AnyReadModel {
  return { ...readModel, keysOf: (event) => readModel.keysOf(event).filter(isOwn) }
}

/** The generation with the share's checkpoint for its own. */
function ownCheckpoint({ generation, share }: FoldShareOptions): Generation {
  const save: Generation['save'] = (changes, move) => generation.save(changes, { ...move, partition: share.partition })
  return new Proxy(generation, {
    get: (_, name) => {
      if (name === 'save') return save
      const value = Reflect.get(generation, name, generation)
      return typeof value === 'function' ? value.bind(generation) : value
    },
  })
}
