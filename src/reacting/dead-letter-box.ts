/**
 * Effects that failed for good. They are kept in the note of a lease of their own, which every engine keeps for ever, and
 * which is held while they are changed: so nobody's change is lost. How many there may be is bounded, as all are written
 * together; where there are more it is the world that is broken, and the reactor stops.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { toReason } from '../errors/index.ts'
import { newEventId } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'

/** An effect that was tried as often as it may be, in vain. */
export interface DeadLetter {
  /** The effect's; of all that an event causes, where the reaction itself fails. */
  readonly key: string
  /** Of the event. */
  readonly position: number
  /** Its name; undefined when the reaction itself fails. */
  readonly effect?: string
  /** Its place among the effects of the event, from 0. */
  readonly index?: number
  readonly attempts: number
  /** What the last attempt failed with. */
  readonly error: string
  /** When that was, by the clock of the process. */
  readonly at: Date
}

/** As JSON. */
interface Written extends Omit<DeadLetter, 'at'> {
  readonly at: string
}

/** At their longest so many are just below the megabyte that NATS takes at once. */
export const MOST_DEAD_LETTERS = 500
const MAX_ERROR_LENGTH = 300
/** Who changes the letters has read and written them by then, or is gone. */
const CHANGE_WITHIN_MS = 5_000
const ASK_EVERY_MS = 20

export class DeadLetterBox {
  readonly #log: EventLog
  readonly #name: string

  constructor(log: EventLog, reactor: string) {
    this.#log = log
    this.#name = `dead letters of ${reactor}`
  }

  /** In the order in which they came. */
  async list(): Promise<readonly DeadLetter[]> {
    const kept = (await this.#log.leases.list()).find(({ name }) => name === this.#name)
    // Notes under this name are written below alone.
    const written = (kept?.note ?? []) as readonly Written[]
    return written.map((letter) => ({ ...letter, at: new Date(letter.at) }))
  }

  /** @throws what `change` throws; then nothing is changed */
  async change(change: (letters: readonly DeadLetter[]) => readonly DeadLetter[]): Promise<void> {
    // Of two changes in one process, too, one has to wait for the other.
    const owner = newEventId()
    for (;;) {
      const lease = await this.#log.leases.acquire(this.#name, owner, { durationMs: CHANGE_WITHIN_MS })
      if (lease === undefined) {
        await delay(Math.random() * ASK_EVERY_MS)
        continue
      }
      try {
        const note = change(await this.list())
        const written = note.map((letter): Written => ({ ...letter, at: letter.at.toISOString() }))
        // Lost, if it took too long: somebody else may have changed them meanwhile.
        if (await this.#log.leases.renew(lease, { durationMs: CHANGE_WITHIN_MS, note: written })) return
      } finally {
        await this.#log.leases.release(lease)
      }
    }
  }
}

/** As much of an error as is kept: a text that every engine can store, in few bytes, and a terminal show. */
export function toErrorText(cause: unknown): string {
  const text = toReason(cause)
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
  return text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH - 1).toWellFormed()}…` : text
}
