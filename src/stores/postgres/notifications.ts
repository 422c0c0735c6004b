/**
 * Tells the tails of other processes that a log has grown, and hears it from them, over PostgreSQL's NOTIFY. It is
 * never part of an append's transaction, and never waited for: however many appends there are, one notification a log
 * is sent each INTERVAL_MS at the most. One that gets lost costs a tail the time until its next poll.
 *
 *     idle ──announce or listen──▶ connecting ──▶ connected ──lost──▶ backing off ──▶ connecting
 *
 * While nobody listens here, the connection is only made for the first announcement.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Wakeups } from '../../store/index.ts'
import { CHANNEL } from './statements.ts'

/** A hundred notifications a second cost next to nothing; a tail that is woken later than this would be noticed. */
const INTERVAL_MS = 10
/** A notification is no fact: whether it survives a crash is all the same. The setting ends with the statement. */
const NOTIFY = `
select set_config('synchronous_commit', 'off', true), pg_notify('${CHANNEL}', log)
from unnest($1::text[]) as n (log)`
const FIRST_BACK_OFF_MS = 100
const LONGEST_BACK_OFF_MS = 5_000

/** A connection that is kept for as long as there is anything to hear. */
export interface HeldConnection {
  readonly client: Pick<Client, 'query' | 'on' | 'once'>
  end(): Promise<void>
}

export class Notifications {
  readonly #hold: () => Promise<HeldConnection>
  readonly #wakeups: Wakeups
  readonly #statement: { readonly text: string; readonly name?: string }
  readonly #closing = new AbortController()
  #connection: Promise<HeldConnection | undefined> | undefined
  #pending = new Set<string>()
  #sending: Promise<void> | undefined
  #isListening = false
  #failures = 0
  /** Which connection is the present one: one that ends tells so twice, by an error and by its end. */
  #generation = 0

  /** @param isNamed Whether the session may keep the statement's plan, which is half of what a notification takes. */
  constructor(hold: () => Promise<HeldConnection>, wakeups: Wakeups, isNamed: boolean) {
    this.#hold = hold
    this.#statement = { text: NOTIFY, ...(isNamed && { name: 'daybook notify' }) }
    this.#wakeups = wakeups
  }

  announce(log: string): void {
    this.#pending.add(log)
    this.#sending ??= this.#sendPending().finally(() => {
      this.#sending = undefined
    })
  }

  listen(): void {
    if (this.#isListening || this.#closing.signal.aborted) return
    this.#isListening = true
    void this.#connection?.then((connection) => connection?.client.query(`listen ${CHANNEL}`)).catch(() => {})
    void this.#connected()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#sending
    const connection = await this.#connection
    this.#connection = undefined
    await connection?.end().catch(() => {})
  }

  async #sendPending(): Promise<void> {
    while (this.#pending.size > 0 && !this.#closing.signal.aborted) {
      const connection = await this.#connected()
      const logs = [...this.#pending]
      this.#pending.clear()
      await connection?.client.query({ ...this.#statement, values: [logs] }).catch(() => {})
      await this.#pause(INTERVAL_MS)
    }
  }

  /** The connection, if it can be had now. While there are listeners a lost one is made again and again. */
  #connected(): Promise<HeldConnection | undefined> {
    this.#connection ??= this.#connect()
    return this.#connection
  }

  async #connect(): Promise<HeldConnection | undefined> {
    const generation = ++this.#generation
    let connection: HeldConnection | undefined
    try {
      connection = await this.#hold()
      const { client } = connection
      client.once('error', () => this.#lost(generation))
      client.once('end', () => this.#lost(generation))
      client.on('notification', ({ payload }) => this.#wakeups.wake(payload ?? ''))
      if (this.#isListening) await client.query(`listen ${CHANNEL}`)
      this.#failures = 0
      this.#wakeups.wakeAll()
      return connection
    } catch {
      void connection?.end().catch(() => {})
      this.#lost(generation)
      return undefined
    }
  }

  #lost(generation: number): void {
    if (this.#closing.signal.aborted || generation !== this.#generation || this.#connection === undefined) return
    this.#connection = undefined
    if (!this.#isListening) return
    const longestMs = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** this.#failures++)
    void this.#pause(Math.random() * longestMs).then(() =>
      this.#closing.signal.aborted ? undefined : this.#connected(),
    )
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {})
  }
}
