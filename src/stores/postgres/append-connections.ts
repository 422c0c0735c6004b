/**
 * The connections that appends go through. The calls for one log share one, which keeps their order and lets the next
 * be on the wire while the first commits. Logs do not share one at the same time: a log whose head is locked, by a
 * transaction of the caller's or by another process, holds up its own connection and no other log.
 */
import type { Client } from 'pg'

/** So many logs may append at once, or be held up while others go on. Connections are dear, and made when needed. */
const MAX_CONNECTIONS = 4

interface Lane {
  client: Promise<Client> | undefined
  /** Whose calls are under way on it, or were last. */
  log: string
  underWay: number
}

/** A connection for one call; to be released when that is answered. */
export interface Lease {
  readonly client: Client
  release(): void
}

export class AppendConnections {
  readonly #connect: () => Promise<Client>
  readonly #lanes: Lane[] = []
  readonly #waiting: (() => void)[] = []

  constructor(connect: () => Promise<Client>) {
    this.#connect = connect
  }

  /** Rejects when no connection can be had. */
  async lease(log: string): Promise<Lease> {
    let lane = this.#findLane(log)
    while (lane === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
      lane = this.#findLane(log)
    }
    return await this.#leaseOf(lane)
  }

  #findLane(log: string): Lane | undefined {
    const lane =
      this.#lanes.find((each) => each.log === log) ??
      this.#lanes.find((each) => each.underWay === 0) ??
      this.#addLane(log)
    if (lane === undefined) return undefined
    lane.log = log
    lane.underWay++
    return lane
  }

  #addLane(log: string): Lane | undefined {
    if (this.#lanes.length >= MAX_CONNECTIONS) return undefined
    const lane: Lane = { client: undefined, log, underWay: 0 }
    this.#lanes.push(lane)
    return lane
  }

  async #leaseOf(lane: Lane): Promise<Lease> {
    const release = () => {
      lane.underWay--
      this.#waiting.shift()?.()
    }
    try {
      lane.client ??= this.#connectFor(lane)
      return { client: await lane.client, release }
    } catch (error) {
      release()
      throw error
    }
  }

  #connectFor(lane: Lane): Promise<Client> {
    const connecting = this.#connect()
    const forget = () => {
      if (lane.client === connecting) lane.client = undefined
    }
    connecting.then((client) => client.once('error', forget).once('end', forget), forget)
    return connecting
  }

  async close(): Promise<void> {
    const clients = await Promise.all(this.#lanes.map(({ client }) => client?.catch(() => undefined)))
    await Promise.all(clients.map((client) => client?.end().catch(() => {})))
  }
}
