import { storedTypes } from '../../events/index.ts'
import type { EventLog, Generation } from '../../store/index.ts'
import { applyCarefully } from '../apply-carefully.ts'
import type { AnyProjection, AppliedBatch, ApplyBatch, ProjectionBatch } from '../batch.ts'
import { isPoison } from '../failures.ts'

export interface CatchUp {
  readonly log: EventLog
  readonly readModel: AnyProjection
  readonly generation: Generation
  readonly applyBatch: ApplyBatch
  readonly maxQuarantinedKeys: number
  /** No further than this position; to the head when absent. */
  readonly upTo?: number
  readonly signal: AbortSignal
  readonly onProgress?: (position: number, head: number) => void
}

/** Applies to a generation what the log has now, or what it has up to a position; gives the position that it has come to. */
export async function catchUp(options: CatchUp): Promise<number> {
  const { log, readModel, generation, signal, onProgress } = options
  const head = Math.min(options.upTo ?? Number.POSITIVE_INFINITY, await log.head())
  const types = storedTypes(readModel.events)
  const held = new Map((await generation.quarantined()).map((entry) => [entry.key, entry]))
  let from = await generation.checkpoint()
  if (from >= head) return from
  for await (const events of log.read({ types, after: from, upTo: head, signal }).batches()) {
    const batch = { log, readModel, generation, pages: [events], from, held }
    const { isSaved, checkpoint, quarantine = [] } = await apply(options, batch)
    // Another process is at it, or this one's answer was lost: either way it stands where the generation says.
    if (!isSaved) return await generation.checkpoint()
    for (const [key, entry] of quarantine) held.set(key, entry)
    from = checkpoint
    onProgress?.(from, head)
  }
  if (from < head) await generation.save(new Map(), { from, to: head })
  return head
}

async function apply({ applyBatch, maxQuarantinedKeys }: CatchUp, batch: ProjectionBatch): Promise<AppliedBatch> {
  try {
    return await applyBatch(batch)
  } catch (error) {
    if (!isPoison(error)) throw error
    return await applyCarefully({ ...batch, maxQuarantinedKeys, onQuarantined: () => {} })
  }
}
