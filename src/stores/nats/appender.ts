/**
 * Appends. Each message says what it was based on, and the server refuses it when that is not so any more; then it is
 * found out why, from the log's leader, and the append is refused, found to be recorded, or tried anew.
 *
 *     planned on what is remembered ──▶ sent ──┬─▶ recorded
 *          ▲                                   ├─▶ refused: why? ──┬─▶ an earlier attempt is recorded: that one's answer
 *          │                                   │                   ├─▶ a conflict
 *          └──── based on what is out of date ─┴───────────────────┘
 *          └──── no answer: waits, with back-off, up to RETRY_FOR_MS
 *
 * To send an append again is safe: of two attempts that are based on the same end of a stream one alone can succeed,
 * and the message after that end tells whether one did.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Appended, appendUnconfirmed, connectionLost, RETRY_FOR_MS, toBackOffMs } from '../../store/index.ts'
import { areMet, checkBoundaries, type ExamineOptions, examine, mustBeExamined } from './examine.ts'
import { isTransient, isWrongSequence } from './failures.ts'
import { Gathering, type Published } from './gathering.ts'
import { commandKey, type Head, NO_HEAD } from './heads.ts'
import { Lanes } from './lanes.ts'
import { type Plan, type Request, toPlan } from './plan.ts'
import { type RecorderOptions, toAppended } from './recorder.ts'

export type AppenderOptions = ExamineOptions & RecorderOptions

interface Attempts {
  count: number
  /** When the first one failed, by the process's clock. */
  failingSinceMs: number | undefined
  /** One may have reached the server, and its answer was lost. */
  maybeSent: boolean
  /** Where the streams ended that the last one was based on. */
  heads: ReadonlyMap<string, Head> | undefined
}

export class Appender {
  readonly #options: AppenderOptions
  readonly #lanes = new Lanes()
  readonly #gathering: Gathering

  constructor(options: AppenderOptions) {
    this.#options = options
    this.#gathering = new Gathering(options.stream)
  }

  append(request: Request, signal: AbortSignal | undefined): Promise<Appended> {
    const { writes, conditions, boundaries, command } = request.append
    const work = async () => {
      signal?.throwIfAborted()
      return await this.#record(request)
    }
    if (boundaries.length > 0) return this.#lanes.runAlone(work)
    const keys = [...writes, ...conditions].map(({ stream }) => stream)
    return this.#lanes.run(command === undefined ? keys : [...keys, commandKey(command.id)], work)
  }

  /** Resolves when nothing waits or is under way. */
  idle(): Promise<void> {
    return this.#lanes.idle()
  }

  async #record(request: Request): Promise<Appended> {
    const attempts: Attempts = { count: 0, failingSinceMs: undefined, maybeSent: false, heads: undefined }
    for (;;) {
      try {
        await this.#options.stream.make()
        return (await this.#examineOld(request, attempts)) ?? (await this.#attempt(request, attempts))
      } catch (error) {
        await this.#meet(error, request, attempts)
      }
    }
  }

  /** After a refusal or a lost answer: what the leader knows of it. */
  async #examineOld(request: Request, attempts: Attempts): Promise<Appended | undefined> {
    if (attempts.count === 0 && !mustBeExamined(this.#options, request)) return undefined
    return await examine(this.#options, request, attempts)
  }

  async #attempt(request: Request, attempts: Attempts): Promise<Appended> {
    attempts.count++
    if (!areMet(request, await this.#findHeads(request))) {
      const appended = await examine(this.#options, request, attempts)
      if (appended !== undefined) return appended
    }
    const { expectedLast, conflict } = await checkBoundaries(this.#options, request)
    if (conflict !== undefined) {
      // A repeat is answered first: it may be its own earlier attempt that it meets.
      const appended = await examine(this.#options, request, attempts)
      if (appended !== undefined) return appended
      throw conflict
    }
    const { stream, clock } = this.#options
    const plan = toPlan(stream, request, { heads: await this.#findHeads(request), floorMs: clock.latestMs })
    attempts.heads = plan.heads
    const published = await this.#send(plan, request, expectedLast, attempts)
    return await toAppended(this.#options, request, plan, published)
  }

  async #send(plan: Plan, request: Request, expectedLast: number | undefined, attempts: Attempts): Promise<Published> {
    try {
      const published = await this.#publish(plan, request, expectedLast)
      attempts.maybeSent = true
      return published
    } catch (error) {
      if (isTransient(error)) attempts.maybeSent = true
      throw error
    }
  }

  async #publish({ drafts }: Plan, request: Request, expectedLast: number | undefined): Promise<Published> {
    const { stream } = this.#options
    const { append, givenIds } = request
    const messageId = givenIds.length === 0 ? append.writes[0]?.events[0]?.id : undefined
    const [draft, ...others] = drafts
    if (
      draft !== undefined &&
      others.length === 0 &&
      expectedLast === undefined &&
      stream.connection.facts.hasBatches
    ) {
      return await this.#gathering.publish(draft, messageId)
    }
    return { sequence: await stream.publish(drafts, { expectedLast, messageId }) }
  }

  /** As remembered, or as found. A stream that is to be new is believed to be. */
  async #findHeads({ append }: Request): Promise<ReadonlyMap<string, Head>> {
    const { heads } = this.#options
    const isNew = (expected: unknown) => expected === 'none' || expected === 0
    const touched = [...append.writes, ...append.conditions]
    const unknown = touched.filter(({ stream, expected }) => heads.recall(stream) === undefined && isNew(expected))
    const believed = unknown.map(({ stream }) => [stream, NO_HEAD] as const)
    const others = touched.filter((each) => !unknown.includes(each)).map(({ stream }) => stream)
    const known = append.command && heads.recall(commandKey(append.command.id))
    const command = append.command && known ? [[commandKey(append.command.id), known] as const] : []
    return new Map([...(await heads.find(others)), ...believed, ...command])
  }

  /** Returns when it is to be tried again. */
  async #meet(error: unknown, request: Request, attempts: Attempts): Promise<void> {
    if (isWrongSequence(error)) {
      // Somebody was faster, or is at work: the next look tells which.
      await delay(attempts.count > 1 ? toBackOffMs(Math.min(attempts.count, 4)) : 0)
      return
    }
    if (!isTransient(error)) throw error
    const now = performance.now()
    attempts.failingSinceMs ??= now
    if (now - attempts.failingSinceMs > RETRY_FOR_MS) throw this.#giveUp(error, request, attempts)
    attempts.count += attempts.count === 0 ? 1 : 0
    await delay(toBackOffMs(attempts.count))
  }

  #giveUp(cause: unknown, { append }: Request, { count, maybeSent }: Attempts): Error {
    if (!maybeSent) return connectionLost('nats', count, cause)
    const eventIds = append.writes.flatMap(({ events }) => events.map(({ id }) => id))
    return appendUnconfirmed(this.#options.log, eventIds, cause)
  }
}
