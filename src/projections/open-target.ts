import { DaybookError } from '../errors/index.ts'
import type { AnyReadModel, AnySqlProjection } from '../readmodels/index.ts'
import { type EventLog, type ReadModelTarget, type ReadModelTargets, refuse } from '../store/index.ts'
import type { AnyProjection } from './batch.ts'

interface Place {
  readonly log: EventLog
  readonly targets: ReadModelTargets
}

/** The place of a projection. @throws `not-supported` for an SQL projection whose targets are elsewhere */
export async function openTarget({ log, targets }: Place, projection: AnyProjection): Promise<ReadModelTarget> {
  assertProjection(projection)
  if (!('kind' in projection)) return await targets.open(log.name, projection.name)
  if (targets.openLedger !== undefined) return await targets.openLedger(log.name, projection.name, projection.tables)
  const capability = `SQL projections, such as ${projection.name}`
  const message = `These targets do not support ${capability}: they need the events in PostgreSQL or PGlite.`
  throw new DaybookError('not-supported', message, { engine: 'target', capability })
}

/** Such as one that `.evolve({ … })` was not called on. @throws `invalid-argument` */
function assertProjection(projection: AnyProjection): void {
  const { keysOf, kind } = projection as Partial<AnyReadModel & AnySqlProjection>
  if (typeof keysOf === 'function' || kind === 'sql') return
  refuse('definition', 'is neither a read model, which .evolve({ … }) completes, nor an SQL projection')
}
