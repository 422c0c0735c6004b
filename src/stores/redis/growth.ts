/**
 * Hears that a log has grown, from whichever process appended to it, by a blocking read on a connection of the log's own.
 * It only wakes tails, which then look for themselves: what gets lost here costs a tail the time until its next poll.
 *
 *     listen ──▶ connecting ──▶ looking ──nothing new──▶ blocked ──an event──▶ looking
 *                    ▲             │                        │
 *                    └──backing off◀──────connection lost───┘        closing ends all
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { DriverClient, Servers } from '../../redis/index.ts'
import { toBackOffMs, type Wakeups } from '../../store/index.ts'
import { eventsKey, headKey } from './keys.ts'

/** Below the silence after which a connection counts as lost. */
const BLOCK_MS = 5_000
/** A tail that is woken later than this would be noticed; one that is woken for each event would only read less at once. */
const INTERVAL_MS = 5

export class Growth {
  readonly #servers: Servers
  readonly #wakeups: Wakeups
  readonly #closing = new AbortController()
  readonly #followed = new Map<string, Promise<void>>()
  readonly #clients = new Set<DriverClient>()

  constructor(servers: Servers, wakeups: Wakeups) {
    this.#servers = servers
    this.#wakeups = wakeups
  }

  /** Begins to listen; later calls for the same log change nothing. */
  listen(log: string): void {
    if (!this.#followed.has(log) && !this.#closing.signal.aborted) this.#followed.set(log, this.#follow(log))
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const client of this.#clients) if (client.isOpen) client.destroy()
    await Promise.all(this.#followed.values())
  }

  async #follow(log: string): Promise<void> {
    for (let failures = 0; !this.#closing.signal.aborted; failures++) {
      // Whatever the reason: tails look by themselves, and say what is wrong.
      await this.#hear(log, () => (failures = 0)).catch(() => {})
      await this.#pause(toBackOffMs(failures))
    }
  }

  async #hear(log: string, onHeard: () => void): Promise<void> {
    // Over the common connection first: it finds the server that the log is on.
    await this.#servers.send('reads', headKey(log), ['HGET', headKey(log), 'position'])
    const client = await this.#servers.hold(headKey(log))
    this.#clients.add(client)
    try {
      while (!this.#closing.signal.aborted) {
        const head = await client.sendCommand(['HGET', headKey(log), 'position'])
        // Only now: whatever is appended from here on ends the blocking read.
        this.#wakeups.wake(log)
        onHeard()
        await this.#pause(INTERVAL_MS)
        await this.#untilBeyond(client, log, `${head ?? 0}-0`)
      }
    } finally {
      this.#clients.delete(client)
      if (client.isOpen) client.destroy()
    }
  }

  async #untilBeyond(client: DriverClient, log: string, last: string): Promise<void> {
    const read = ['XREAD', 'COUNT', '1', 'BLOCK', String(BLOCK_MS), 'STREAMS', eventsKey(log), last]
    while (!this.#closing.signal.aborted && (await client.sendCommand(read)) === null);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {})
  }
}
