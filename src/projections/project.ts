import type { DaybookError } from '../errors/index.ts'
import type { AnyReadModel } from '../readmodels/index.ts'
import type { EventLog, ReadModelTargets } from '../store/index.ts'
import type { ApplyBatch } from './apply-batch.ts'
import { Progress } from './progress.ts'
import { RunningProjection } from './projection.ts'
import { rebuildNeeded } from './rebuild-needed.ts'

export interface ProjectOptions {
  /** Where rows are kept: by the engine when absent (in memory, or as tables of the same PostgreSQL). */
  readonly targets?: ReadModelTargets
  /** False: apply what is recorded now, and stop. True when absent: go on. */
  readonly follow?: boolean
  /** Told when an event cannot be applied and the projection stops. A process warning when absent. */
  readonly onFailure?: (failure: DaybookError) => void
  /** Gives up catching up where `follow` is false. */
  readonly signal?: AbortSignal
}

export interface ProjectContext {
  readonly log: EventLog
  readonly targets: ReadModelTargets
  readonly applyBatch: ApplyBatch
}

/** Begins to keep a read model up to date, from its checkpoint on. */
export async function project<Definition extends AnyReadModel>(
  { log, targets, applyBatch }: ProjectContext,
  readModel: Definition,
  options: Omit<ProjectOptions, 'targets'> = {},
): Promise<RunningProjection<Definition>> {
  const target = await targets.open(log.name, readModel.name)
  const generation = await target.live(readModel.fingerprint)
  if (generation.fingerprint !== readModel.fingerprint) throw rebuildNeeded(readModel, generation)
  const progress = new Progress(await generation.checkpoint())
  const { onFailure = warn } = options
  const projection = new RunningProjection(
    readModel,
    { log, readModel, generation, applyBatch, progress, onFailure },
    target,
  )
  if (options.follow ?? true) return projection
  try {
    await projection.reached(await log.head(), toPatience(options.signal))
  } finally {
    await projection.stop()
  }
  return projection
}

/** The longest time that a timer takes, some 24 days: catching up takes what it takes. */
const NO_TIMEOUT_MS = 2_147_483_647

function toPatience(signal: AbortSignal | undefined) {
  return { timeoutMs: NO_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) }
}

/** A projection that stops in silence is found out by customers. */
function warn(failure: DaybookError): void {
  process.emitWarning(failure)
}
