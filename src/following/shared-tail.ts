/**
 * One tail of a log for all that follow it in this process and have caught up: the log is polled and read once, however
 * many they are. It reads every type, as together they may want any of them; who wants few of them reads history by a
 * filter of its own.
 *
 * Each subscriber has a bounded queue. One that is too slow for it falls off, without holding up the others, and has to
 * read on from its own checkpoint until it has caught up again.
 */
import type { RecordedEvent } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'

/** What a queue may hold: some seconds of a busy log. */
const MAX_QUEUED_EVENTS = 5_000
/** A page may be of 4 MiB; the queues of all subscribers share the pages. */
const MAX_QUEUED_BATCHES = 32
/** As many as two pages of history. */
const MAX_BATCH = 2_000

export class SharedTail {
  readonly #log: EventLog
  readonly #subscriptions = new Set<Subscription>()
  #running: { readonly stop: AbortController; readonly started: Promise<void> } | undefined
  #position = 0

  constructor(log: EventLog) {
    this.#log = log
  }

  /** From its position on, the subscription gives every event of the log. */
  async join(): Promise<Subscription> {
    // Before it is known from where: what is read meanwhile must not go by.
    const subscription = new Subscription((leaving) => this.#leave(leaving))
    this.#subscriptions.add(subscription)
    try {
      this.#running ??= this.#start()
      await this.#running.started
    } catch (error) {
      this.#leave(subscription)
      throw error
    }
    subscription.position = this.#position
    return subscription
  }

  #start() {
    const stop = new AbortController()
    const started = this.#log.head().then((head) => {
      this.#position = head
      void this.#run(stop)
    })
    // Whoever joined hears of it.
    started.catch(() => this.#forget(stop))
    return { stop, started }
  }

  async #run(stop: AbortController): Promise<void> {
    const { signal } = stop
    let failure: unknown
    try {
      for await (const events of this.#log.tail({ after: this.#position, signal }).batches()) {
        this.#position = events.at(-1)?.position ?? this.#position
        for (const subscription of this.#subscriptions) subscription.give(events)
      }
    } catch (error) {
      failure = error
    }
    if (this.#running?.stop !== stop) return
    this.#running = undefined
    for (const subscription of this.#subscriptions) subscription.end(failure)
    this.#subscriptions.clear()
  }

  #forget(stop: AbortController): void {
    if (this.#running?.stop === stop) this.#running = undefined
  }

  #leave(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
    if (this.#subscriptions.size > 0) return
    const { stop } = this.#running ?? {}
    this.#running = undefined
    stop?.abort()
  }
}

/** One follower's place at the tail. */
export class Subscription {
  /** Everything after this position is given. */
  position = 0
  readonly #leave: (subscription: Subscription) => void
  #queue: (readonly RecordedEvent[])[] = []
  #queued = 0
  #ending: { readonly failure: unknown } | undefined
  #resume = () => {}

  constructor(leave: (subscription: Subscription) => void) {
    this.#leave = leave
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  give(events: readonly RecordedEvent[]): void {
    this.#queue.push(events)
    this.#queued += events.length
    if (this.#queued > MAX_QUEUED_EVENTS || this.#queue.length > MAX_QUEUED_BATCHES) this.leave()
    this.#resume()
  }

  /**
   * The next events; none when nothing came in time. Undefined when it fell off or the tail ended: read on from where
   * the last events ended, and join again.
   */
  async next(timeoutMs: number, signal: AbortSignal): Promise<readonly RecordedEvent[] | undefined> {
    if (this.isEmpty && this.#ending === undefined && !signal.aborted) await this.#wait(timeoutMs, signal)
    if (this.#ending?.failure !== undefined) throw this.#ending.failure
    if (this.#ending !== undefined) return undefined
    const given: RecordedEvent[] = []
    while (this.#queue[0] !== undefined && (given.length === 0 || given.length + this.#queue[0].length <= MAX_BATCH)) {
      for (const event of this.#queue.shift() ?? []) given.push(event)
    }
    this.#queued -= given.length
    return given
  }

  async #wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const resume = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', resume)
        this.#resume = () => {}
        resolve()
      }
      const timer = setTimeout(resume, timeoutMs)
      signal.addEventListener('abort', resume)
      this.#resume = resume
    })
  }

  end(failure: unknown): void {
    this.#ending ??= { failure }
    this.#queue = []
    this.#queued = 0
    this.#resume()
  }

  leave(): void {
    this.#leave(this)
    this.end(undefined)
  }
}
