/** The projections of one log that run in this process: one for each name, and one tail for all of them. */

import type { SharedTail } from '../following/index.ts'
import type { EventLog } from '../store/index.ts'
import type { AnyProjection } from './batch.ts'
import { nameTaken } from './failures.ts'
import { type ProjectContext, type ProjectOptions, project } from './project.ts'
import type { Projection, RowsOf } from './projection.ts'
import { type RebuildProgress, rebuildsUnderWay } from './rebuilding/index.ts'
import { type ProjectionReport, reportLeased } from './report.ts'

type Begun = Promise<Projection<unknown>>

interface Kept {
  readonly definition: AnyProjection
  readonly projection: Begun
}

export class RunningProjections {
  readonly #log: EventLog
  readonly #tail: SharedTail
  readonly #kept = new Map<string, Kept>()

  constructor(log: EventLog, tail: SharedTail) {
    this.#log = log
    this.#tail = tail
  }

  /** @throws `projection-name-taken` */
  async project<Definition extends AnyProjection>(
    context: Omit<ProjectContext, 'log' | 'tail'>,
    definition: Definition,
    options: ProjectOptions,
  ): Promise<Projection<RowsOf<Definition>>> {
    const kept = this.#kept.get(definition.name)
    const isRunning = kept !== undefined && (await kept.projection).status === 'running'
    if (isRunning && kept.definition !== definition) throw nameTaken(definition.name)
    // The definition is the same, and so are its rows.
    if (isRunning && options.follow !== false) return (await kept.projection) as Projection<RowsOf<Definition>>
    const projection = project({ ...context, log: this.#log, tail: this.#tail }, definition, options)
    if (options.follow ?? true) this.#keep(definition, projection)
    return await projection
  }

  #keep(definition: AnyProjection, projection: Begun): void {
    this.#kept.set(definition.name, { definition, projection })
    // One that could not begin is the caller's to hear of, and no longer here to be stopped.
    projection.catch(() => this.#kept.delete(definition.name))
  }

  /** Of those that run here, and of those that other processes have told of. */
  async reports(): Promise<readonly ProjectionReport[]> {
    const begun = await Promise.allSettled([...this.#kept.values()].map(({ projection }) => projection))
    const own = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const elsewhere = new Map((await reportLeased(this.#log)).map((report) => [report.name, report]))
    for (const projection of own) {
      // Of one that waits here, the one that is at work knows more.
      if (projection.state === 'waiting' && elsewhere.has(projection.name)) continue
      elsewhere.set(projection.name, await projection.report())
    }
    const rebuilds = await rebuildsUnderWay(this.#log.leases)
    return [...elsewhere.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((report) => ({ ...report, ...toRebuild(rebuilds.get(report.name)) }))
  }

  async stop(): Promise<void> {
    const stopped = [...this.#kept.values()].map(async ({ projection }) => (await projection).stop())
    await Promise.allSettled(stopped)
  }
}

function toRebuild(rebuild: RebuildProgress | undefined): Pick<ProjectionReport, 'rebuild'> {
  return rebuild === undefined ? {} : { rebuild }
}
