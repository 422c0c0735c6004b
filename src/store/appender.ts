/**
 * Group commit. Appends that wait are gathered and sent as one call, which judges each by itself and commits once;
 * while it is under way the next ones gather. A caller alone pays one round trip and one commit.
 *
 *     waiting ──taken into a group──▶ sent ──┬─▶ recorded, or refused by itself
 *        ▲                                   ├─▶ connection lost: back to waiting, as what may be a repeat
 *        │                                   └─▶ the whole call failed: each member is sent alone
 *        └────── no connection: waits, with back-off, up to RETRY_FOR_MS
 *
 * To send an append again is safe: its events keep their ids, and the store looks for them first.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Member, Outcome } from './append-outcome.ts'
import type { PreparedAppend } from './append-request.ts'
import { appendUnconfirmed, connectionLost } from './conflicts.ts'
import { RETRY_FOR_MS, toBackOffMs } from './retry.ts'

/** A group beyond this gains little per append, and holds the log's lock for longer. */
const MAX_GROUP_APPENDS = 512
const MAX_GROUP_EVENTS = 5_000
const MAX_GROUP_SIZE = 4_194_304
/**
 * Callers that wait for their answers append again when these come, so that all would end up in one group, and engine
 * and process would take turns. Where a call takes less than this for an event, it is the engine that is at work, and
 * not a disk that flushes or a network: then groups are made as small as it takes to keep calls under way, and one is
 * prepared while another is written. Elsewhere the largest group is the best. To write an event takes some 20 µs.
 */
const WORKING_MS_PER_EVENT = 0.04
/** How much the last call counts in that, and all before it the rest. */
const LAST_CALL_WEIGHT = 0.2

interface Waiting extends Member {
  /** Its place in the order of the calls, which a second attempt keeps. */
  readonly order: number
  mayBeRepeat: boolean
  attempts: number
  /** When the first attempt failed, by the process's clock. */
  failingSinceMs: number | undefined
  /** It may have reached the server in an attempt whose answer was lost. */
  maybeSent: boolean
  resolve(outcome: Outcome): void
  reject(error: unknown): void
}

/** A connection for one call; those for one log are worked off in the order of the calls. */
export interface AppendConnection {
  /** Sends the group, and gives what came of each member, in their order. */
  call(group: readonly Member[]): Promise<readonly Outcome[]>
  release(): void
}

export interface AppenderOptions {
  readonly engine: string
  readonly log: string
  /** How many calls may be on their way at once: with two, one is on the wire while the other commits. */
  readonly callsUnderWay: number
  /** Rejects when no connection can be had: nothing was sent. */
  connect(): Promise<AppendConnection>
  /** Is this the loss of a connection, which passes, rather than a mistake, which does not? */
  isTransient(error: unknown): boolean
  /** Called after each group of which something was recorded. */
  onRecorded(): void
}

export class Appender {
  readonly #options: AppenderOptions
  #waiting: Waiting[] = []
  #calls = 0
  #underWay = 0
  #appendsUnderWay = 0
  /** What a call took of late for each of its events. */
  #msPerEvent = Number.POSITIVE_INFINITY
  #lastAnsweredMs = 0
  #isScheduled = false
  #backOff: Promise<void> | undefined
  #onIdle: (() => void)[] = []

  constructor(options: AppenderOptions) {
    this.#options = options
  }

  append(append: PreparedAppend, mayBeRepeat: boolean, signal: AbortSignal | undefined): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        append,
        order: this.#calls++,
        mayBeRepeat,
        attempts: 0,
        failingSinceMs: undefined,
        maybeSent: false,
        resolve,
        reject,
      }
      if (signal !== undefined) this.#withdrawOnAbort(waiting, signal)
      this.#waiting.push(waiting)
      this.#schedule()
    })
  }

  /** Resolves when nothing waits or is under way. */
  async idle(): Promise<void> {
    if (this.#waiting.length === 0 && this.#underWay === 0) return
    await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  #withdrawOnAbort(waiting: Waiting, signal: AbortSignal): void {
    const withdraw = () => {
      const place = this.#waiting.indexOf(waiting)
      if (place === -1 || waiting.maybeSent) return
      this.#waiting.splice(place, 1)
      waiting.reject(signal.reason)
      this.#settleIdle()
    }
    signal.addEventListener('abort', withdraw, { once: true })
    const { resolve, reject } = waiting
    const forget = () => signal.removeEventListener('abort', withdraw)
    waiting.resolve = (outcome) => {
      forget()
      resolve(outcome)
    }
    waiting.reject = (error) => {
      forget()
      reject(error)
    }
  }

  /** Everything that the current turn of the event loop asks for goes into one group. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      while (this.#canSend()) void this.#send(this.#takeGroup())
    })
  }

  #canSend(): boolean {
    return this.#waiting.length > 0 && this.#underWay < this.#options.callsUnderWay && this.#backOff === undefined
  }

  #takeGroup(): Waiting[] {
    const share = this.#share()
    let events = 0
    let size = 0
    const end = this.#waiting.findIndex(({ append }, place) => {
      events += append.eventCount
      size += append.size
      return place > 0 && (place >= share || events > MAX_GROUP_EVENTS || size > MAX_GROUP_SIZE)
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  /** The most appends for the next group: of all that there are, as many as for each call that may be under way. */
  #share(): number {
    if (this.#msPerEvent > WORKING_MS_PER_EVENT) return MAX_GROUP_APPENDS
    const share = Math.ceil((this.#waiting.length + this.#appendsUnderWay) / this.#options.callsUnderWay)
    return Math.min(share, MAX_GROUP_APPENDS)
  }

  async #send(group: Waiting[]): Promise<void> {
    this.#underWay++
    this.#appendsUnderWay += group.length
    try {
      const connection = await this.#options.connect().catch((error) => this.#unsent(group, error))
      if (connection !== undefined) await this.#sendOver(connection, group).finally(() => connection.release())
    } finally {
      this.#underWay--
      this.#appendsUnderWay -= group.length
      this.#settleIdle()
      this.#schedule()
    }
  }

  async #sendOver(connection: AppendConnection, group: Waiting[]): Promise<void> {
    const sentMs = performance.now()
    try {
      const outcomes = await connection.call(group)
      this.#learn(group, sentMs)
      if (outcomes.some(({ kind }) => kind === 'recorded')) this.#options.onRecorded()
      for (const [place, waiting] of group.entries()) waiting.resolve(outcomes[place] as Outcome)
    } catch (error) {
      if (this.#options.isTransient(error)) this.#lost(group, error)
      else if (group.length === 1) group[0]?.reject(error)
      else for (const waiting of group) await this.#sendOver(connection, [waiting])
    }
  }

  /** From a call that was answered just now. What was sent behind another call began when that was answered. */
  #learn(group: readonly Waiting[], sentMs: number): void {
    const answeredMs = performance.now()
    const events = group.reduce((sum, { append }) => sum + append.eventCount, 0)
    const msPerEvent = (answeredMs - Math.max(sentMs, this.#lastAnsweredMs)) / Math.max(events, 1)
    this.#lastAnsweredMs = answeredMs
    this.#msPerEvent = Number.isFinite(this.#msPerEvent)
      ? msPerEvent * LAST_CALL_WEIGHT + this.#msPerEvent * (1 - LAST_CALL_WEIGHT)
      : msPerEvent
  }

  /** No connection could be had. */
  #unsent(group: Waiting[], error: unknown): undefined {
    if (this.#options.isTransient(error)) this.#again(group, error)
    else for (const waiting of group) waiting.reject(error)
  }

  /** The answer is missing: nobody knows what was recorded. */
  #lost(group: Waiting[], error: unknown): void {
    for (const waiting of group) {
      waiting.maybeSent = true
      waiting.mayBeRepeat = true
    }
    this.#again(group, error)
  }

  #again(group: readonly Waiting[], error: unknown): void {
    const now = performance.now()
    const retried = group.filter((waiting) => {
      waiting.attempts++
      waiting.failingSinceMs ??= now
      return now - waiting.failingSinceMs < RETRY_FOR_MS
    })
    for (const waiting of group) if (!retried.includes(waiting)) waiting.reject(this.#giveUp(waiting, error))
    // Two groups may have been on their way, and come back one after the other.
    this.#waiting = [...retried, ...this.#waiting].sort((one, other) => one.order - other.order)
    if (retried.length > 0) this.#waitBeforeSending(retried[0]?.attempts ?? 1)
  }

  #giveUp({ append, attempts, maybeSent }: Waiting, cause: unknown): Error {
    const eventIds = append.writes.flatMap(({ events }) => events.map(({ id }) => id))
    return maybeSent
      ? appendUnconfirmed(this.#options.log, eventIds, cause)
      : connectionLost(this.#options.engine, attempts, cause)
  }

  #waitBeforeSending(attempts: number): void {
    if (this.#backOff !== undefined) return
    this.#backOff = delay(toBackOffMs(attempts)).then(() => {
      this.#backOff = undefined
      this.#schedule()
    })
  }

  #settleIdle(): void {
    if (this.#waiting.length > 0 || this.#underWay > 0) return
    const waiting = this.#onIdle
    this.#onIdle = []
    for (const resolve of waiting) resolve()
  }
}
