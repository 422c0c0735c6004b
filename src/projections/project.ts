import type { DaybookError } from '../errors/index.ts'
import { again, HeldLease, type SharedTail, toLeasing } from '../following/index.ts'
import type { EventLog, ReadModelTargets } from '../store/index.ts'
import type { AnyProjection, ApplyBatch } from './batch.ts'
import { keyQuarantined } from './failures.ts'
import type { Failure } from './fold-each-key.ts'
import { openTarget } from './open-target.ts'
import { Progress } from './progress.ts'
import { RunningProjection } from './projection.ts'
import { rebuildNeeded } from './rebuild-needed.ts'
import { toLeaseName, toNote } from './report.ts'

export interface ProjectOptions {
  /** Where rows are kept: by the engine when absent (tables of the same PostgreSQL, keys of the same Redis, or in memory). */
  readonly targets?: ReadModelTargets
  /** False: apply what is recorded now, and stop. True when absent: go on. */
  readonly follow?: boolean
  /**
   * How many keys may be in quarantine; with one more the projection stops, as it is then its definition that is broken,
   * and not some event. 100 when absent; 0 stops at the first event that cannot be applied.
   */
  readonly maxQuarantinedKeys?: number
  /**
   * How long another instance waits at the most before it takes over from one that was killed: 5,000 ms when absent, from
   * 100 ms to an hour. The shorter, the more often the store is asked.
   */
  readonly leaseMs?: number
  /** Told when an event could not be applied, and its key waits from then on. A process warning when absent. */
  readonly onQuarantine?: (failure: DaybookError) => void
  /** Told when the projection stops because of an error. A process warning when absent. */
  readonly onFailure?: (failure: DaybookError) => void
  /** Gives up catching up where `follow` is false. */
  readonly signal?: AbortSignal
}

export interface ProjectContext {
  readonly log: EventLog
  readonly targets: ReadModelTargets
  readonly applyBatch: ApplyBatch
  readonly tail: SharedTail
  /** Whether each append of this process applies it, too. */
  readonly isInline?: (projection: AnyProjection) => boolean
  /** Whether other processes may have the store open. */
  readonly isSharedStore: boolean
}

const DEFAULT_MAX_QUARANTINED_KEYS = 100

/** Begins to keep a projection up to date, from its checkpoint on. */
export async function project<Definition extends AnyProjection>(
  context: ProjectContext,
  projection: Definition,
  options: Omit<ProjectOptions, 'targets'> = {},
): Promise<RunningProjection<Definition>> {
  const { log, targets, applyBatch, tail } = context
  const target = await openTarget(context, projection)
  const generation = await again(() => target.live(projection.fingerprint))
  if (generation.fingerprint !== projection.fingerprint) throw rebuildNeeded(projection, generation)
  const progress = new Progress(await again(() => generation.checkpoint()))
  const { owner, durationMs, askEveryMs } = toLeasing(options.leaseMs, context.isSharedStore)
  const note = () => toNote(projection, progress)
  const need = { leases: log.leases, name: toLeaseName(projection.name), owner, durationMs, note }
  const running = new RunningProjection<Definition>({
    log,
    projection,
    target,
    applyBatch,
    progress,
    tail,
    lease: targets.isShared ? new HeldLease(need) : OWN,
    owner,
    askEveryMs,
    isInline: context.isInline?.(projection) ?? false,
    maxQuarantinedKeys: options.maxQuarantinedKeys ?? DEFAULT_MAX_QUARANTINED_KEYS,
    onQuarantined: (failure) => tell(projection, failure, options),
    onFailure: options.onFailure ?? warn,
  })
  if (options.follow ?? true) return running
  try {
    await running.reached(await log.head(), toPatience(options.signal))
  } finally {
    await running.stop()
  }
  return running
}

/** What is kept here is kept by nobody else. */
const OWN = {
  acquire: async () => true,
  isHeld: true,
  lost: new AbortController().signal,
  release: async () => {},
  tell: async () => {},
}

function tell(
  { name }: AnyProjection,
  { key, position, cause }: Failure,
  { onQuarantine = warn }: ProjectOptions,
): void {
  onQuarantine(keyQuarantined({ projection: name, key, position }, cause))
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
