/**
 * How far projections are behind, asked when the meter is read: a projection that is stuck makes no batch that could
 * say so. The target's own checkpoint counts, so that several instances agree, and one that has failed is seen too.
 *
 * A projection is watched from its first batch on, until its store is closed. One that has nothing of its own to apply
 * is not behind, wherever the head is. Costs up to three short queries a projection and reading of the meter.
 */
import type { Attributes, Meter } from '@opentelemetry/api'
import { isDaybookError } from '../errors/index.ts'
import { storedTypes } from '../events/index.ts'
import type { ProjectionBatch } from '../projections/index.ts'
import type { EventLog } from '../store/index.ts'

type Watched = Pick<ProjectionBatch, 'log' | 'readModel' | 'generation'>

interface Lag {
  readonly seconds: number
  readonly positions: number
}

export class ProjectionLag {
  /** By log, then by name. */
  readonly #watched = new Map<EventLog, Map<string, Watched>>()
  /** Asking must not show up among the reads. */
  readonly #bare = new WeakMap<EventLog, EventLog>()

  constructor(meter: Meter) {
    const lag = meter.createObservableGauge('daybook.projection.lag', {
      unit: 's',
      description: 'How long the oldest event that a projection has not applied has been waiting.',
    })
    const backlog = meter.createObservableGauge('daybook.projection.backlog', {
      unit: '{position}',
      description: 'Positions between the checkpoint of a projection that is behind and the head of its log.',
    })
    const observe = async (result: Parameters<Parameters<Meter['addBatchObservableCallback']>[0]>[0]) => {
      await this.#forEach((labels, { seconds, positions }) => {
        result.observe(lag, seconds, labels)
        result.observe(backlog, positions, labels)
      })
    }
    meter.addBatchObservableCallback(observe, [lag, backlog])
  }

  /** @returns the decorated log */
  rememberBare(decorated: EventLog, bare: EventLog): EventLog {
    this.#bare.set(decorated, bare)
    return decorated
  }

  watch({ log, readModel, generation }: Watched): void {
    const bare = this.#bare.get(log) ?? log
    const ofLog = this.#watched.get(bare) ?? new Map<string, Watched>()
    this.#watched.set(bare, ofLog.set(readModel.name, { log: bare, readModel, generation }))
  }

  async #forEach(observe: (labels: Attributes, lag: Lag) => void): Promise<void> {
    const all = [...this.#watched.values()].flatMap((ofLog) => [...ofLog.values()])
    await Promise.all(all.map((watched) => this.#ask(watched, observe)))
  }

  async #ask(watched: Watched, observe: (labels: Attributes, lag: Lag) => void): Promise<void> {
    const { log, readModel } = watched
    try {
      const lag = await findLag(watched)
      observe({ 'daybook.projection': readModel.name, 'db.namespace': log.name }, lag)
    } catch (error) {
      // Whatever else it was, the store cannot be asked now, and a gauge without a value says just that.
      if (isDaybookError(error, 'closed')) this.#watched.delete(log)
    }
  }
}

async function findLag({ log, readModel, generation }: Watched): Promise<Lag> {
  const after = await generation.checkpoint()
  const types = storedTypes(readModel.events)
  const [oldest] = await log.read({ after, types, limit: 1 }).toArray()
  if (oldest === undefined) return { seconds: 0, positions: 0 }
  // The clock of the database may be ahead of ours.
  const waitingMs = Math.max(0, Date.now() - oldest.recordedAt.getTime())
  return { seconds: waitingMs / 1_000, positions: (await log.head()) - after }
}
