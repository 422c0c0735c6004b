/** The NATS clusters of a run: our own, of three nodes on loopback, with nothing in them or with a history. */
import { open } from '#daybook'
import { type NatsCluster, startNats } from '../test/support/nats-server.ts'
import { history } from './events.ts'

export const NATS_REPLICAS = 3

export class NatsClusters {
  readonly #onFilling: (events: number, of: number) => void
  readonly #filled = new Map<number, Promise<NatsCluster>>()

  /** `onFilling` is told how far the filling of a log has come. */
  constructor(onFilling: (events: number, of: number) => void) {
    this.#onFilling = onFilling
  }

  /** For one measurement, which closes it. */
  empty(): Promise<NatsCluster> {
    return startNats({ nodes: NATS_REPLICAS })
  }

  /** With a history of so many events in the daybook: made once, for all who only read it. */
  filled(events: number): Promise<NatsCluster> {
    const filled = this.#filled.get(events) ?? this.#fill(events)
    this.#filled.set(events, filled)
    return filled
  }

  async #fill(events: number): Promise<NatsCluster> {
    const cluster = await this.empty()
    const daybook = await open(cluster.url)
    await daybook.import(history(events), { onProgress: (imported) => this.#onFilling(imported, events) })
    await daybook.close()
    return cluster
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cluster of this.#filled.values()) await (await cluster).close()
  }
}
