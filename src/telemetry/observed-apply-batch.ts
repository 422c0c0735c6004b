import { context } from '@opentelemetry/api'
import type { ApplyBatch } from '../projections/index.ts'
import { Operation, type Recorder, toFailure } from './operation.ts'
import type { ProjectionLag } from './projection-lag.ts'

/**
 * A span for each batch, and a trace: a projection outlives the request that it was started in. Not as the conventions
 * for messaging have it: they are not stable, and nothing is sent here.
 */
export function observeApplyBatch(
  { tracer, meters }: Recorder,
  lag: ProjectionLag,
  applyBatch: ApplyBatch,
): ApplyBatch {
  return async (batch) => {
    lag.watch(batch)
    const { log, readModel, from } = batch
    const labels = { 'daybook.projection': readModel.name, 'db.namespace': log.name }
    const details = { 'daybook.checkpoint.from': from }
    const beginning = { name: `project ${readModel.name}`, labels, details, duration: meters.batchDuration }
    const operation = new Operation(tracer, { ...beginning, isRoot: true })
    try {
      const applied = await context.with(operation.context, () => applyBatch(batch))
      const { isSaved, rows, events, checkpoint } = applied
      if (isSaved) meters.eventsProjected.add(events, labels)
      const moved = isSaved ? { 'daybook.checkpoint': checkpoint } : {}
      operation.end({
        outcome: isSaved ? 'applied' : 'superseded',
        details: { 'daybook.event.count': events, 'daybook.document.count': rows, ...moved },
      })
      return applied
    } catch (error) {
      operation.end(toFailure(error, undefined))
      throw error
    }
  }
}
