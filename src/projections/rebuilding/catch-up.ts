import { storedTypes } from '../../events/index.ts'
import type { AnyReadModel } from '../../readmodels/index.ts'
import type { EventLog, Generation } from '../../store/index.ts'
import type { ApplyBatch } from '../batch.ts'

export interface CatchUp {
  readonly log: EventLog
  readonly readModel: AnyReadModel
  readonly generation: Generation
  readonly applyBatch: ApplyBatch
  readonly signal: AbortSignal
  readonly onProgress?: (position: number, head: number) => void
}

/** Applies to a generation what the log has now; gives the position that it has come to. */
export async function catchUp({
  log,
  readModel,
  generation,
  applyBatch,
  signal,
  onProgress,
}: CatchUp): Promise<number> {
  const head = await log.head()
  const types = storedTypes(readModel.events)
  let from = await generation.checkpoint()
  for await (const events of log.read({ types, after: from, upTo: head, signal }).batches()) {
    const checkpoint = events.at(-1)?.position ?? from
    const { isSaved } = await applyBatch({ log, readModel, generation, events, from, checkpoint })
    // Another process is at it, or this one's answer was lost: either way it stands where the generation says.
    if (!isSaved) return await generation.checkpoint()
    from = checkpoint
    onProgress?.(from, head)
  }
  if (from < head) await generation.save(new Map(), { from, to: head })
  return Math.max(from, head)
}
