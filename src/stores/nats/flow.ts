/**
 * What a consumer gives, as it comes. All pulls have one inbox, so that messages come in the order of the log; who reads
 * on is given the next pull's while it looks at the last one's: the server is asked for more when half is there. What is
 * held is bounded: messages by count, and pulls by weight, of which two are under way at the most.
 */
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node'
import type { LogStream } from './log-stream.ts'
import type { StoredMessage } from './record.ts'

/** A page is cut where it weighs this much. */
const PAGE_BYTES = 4_194_304
/** Of a message beside its headers and data. */
const SUBJECT_BYTES = 4_096
/** After a page of so many messages there are likely more. */
const AHEAD_FROM = 500
/** So many messages are asked for then: fewer let the server wait for us, more only take memory. */
const AHEAD = 4_000
/** A pull that nothing came for is made anew after so long. */
const EXPIRES_MS = 30_000
const HEARTBEAT_MS = 1_000
/** Without as much as a heartbeat, the consumer's server is gone. */
const SILENCE_MS = 3_000

export interface TakeOptions {
  readonly size: number
  /** How long to wait for a first message. */
  readonly waitMs: number
}

interface Taker {
  readonly size: number
  /** Settles with what is there. */
  settle(): void
  readonly silence: NodeJS.Timeout
}

export class Flow {
  readonly #stream: LogStream
  readonly #consumer: string
  readonly #inbox = createInbox()
  readonly #subscription: Subscription
  #messages: StoredMessage[] = []
  #bytes = 0
  /** How many messages were asked for that have not come. */
  #due = 0
  /** How many may be here and due together. */
  #most = 0
  /** The number that the consumer gave the last message: none is left out. */
  #delivered = 0
  #taker: Taker | undefined
  #loss: Error | undefined

  constructor(stream: LogStream, consumer: string) {
    this.#stream = stream
    this.#consumer = consumer
    const callback = (error: Error | null, message: Msg) => this.#receive(error, message)
    this.#subscription = stream.connection.client.subscribe(this.#inbox, { callback })
  }

  /**
   * At most `size` messages, and fewer only when there are no more or they are large; none when none came in time.
   * Of two who take at once the first one gets none.
   */
  async take({ size, waitMs }: TakeOptions): Promise<StoredMessage[]> {
    this.#taker?.settle()
    this.#most = Math.max(this.#most, size)
    this.#pull(size)
    if (!this.#isEnough(size)) await this.#wait(size, waitMs)
    if (this.#messages.length === 0 && this.#loss !== undefined) throw this.#loss
    const taken = this.#cut(size)
    if (taken.length >= AHEAD_FROM) this.#most = AHEAD
    if (this.#most === AHEAD) this.#pull(size)
    return taken
  }

  #isEnough(size: number): boolean {
    return this.#messages.length >= size || this.#bytes >= PAGE_BYTES || this.#loss !== undefined
  }

  #wait(size: number, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(silence)
        clearTimeout(end)
        if (this.#taker === taker) this.#taker = undefined
        resolve()
      }
      // They hold up nobody's end: a closed client answers no more.
      const silence = setTimeout(() => this.#lose('nothing came'), SILENCE_MS).unref()
      const end = setTimeout(settle, waitMs).unref()
      const taker = { size, settle, silence }
      this.#taker = taker
    })
  }

  #cut(size: number): StoredMessage[] {
    let count = 0
    let bytes = 0
    for (const { data } of this.#messages) {
      if (count === size || bytes >= PAGE_BYTES) break
      count++
      bytes += data.length
    }
    this.#bytes -= bytes
    return this.#messages.splice(0, count)
  }

  /** Asks for more, unless half of it, or what is wanted now, is here or due. */
  #pull(size: number): void {
    const held = this.#messages.length + this.#due
    if (this.#loss !== undefined || this.#bytes >= PAGE_BYTES || held >= Math.max(size, this.#most / 2)) return
    const batch = this.#most - held
    this.#due += batch
    const { connection, subjects } = this.#stream
    const pull = {
      batch,
      // One message at least.
      max_bytes: Math.max(PAGE_BYTES, connection.facts.maxPayload + SUBJECT_BYTES),
      expires: EXPIRES_MS * 1e6,
      idle_heartbeat: HEARTBEAT_MS * 1e6,
    }
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${subjects.stream}.${this.#consumer}`
    connection.client.publish(subject, JSON.stringify(pull), { reply: this.#inbox })
  }

  #receive(error: Error | null, message: Msg): void {
    this.#taker?.silence.refresh()
    if (error !== null) this.#lose(error.message)
    else if (message.reply === '') this.#note(message)
    else this.#add(toDelivery(message))
  }

  #add({ stored, delivered, pending }: Delivery): void {
    if (delivered !== this.#delivered + 1) {
      this.#lose(`its message ${this.#delivered + 1} did not come`)
      return
    }
    this.#delivered = delivered
    this.#due--
    this.#bytes += stored.data.length
    this.#messages.push(stored)
    const taker = this.#taker
    if (taker === undefined) return
    if (pending === 0 || this.#isEnough(taker.size)) taker.settle()
    else this.#pull(taker.size)
  }

  /** What the server says of a pull. */
  #note({ headers }: Msg): void {
    const { code = 0, description = '' } = headers ?? {}
    const isOver = code === 408 || (code === 409 && /max_?bytes|batch completed/i.test(description))
    if (code !== 100 && !isOver) this.#lose(description)
    if (isOver) this.#due -= Number(headers?.get('Nats-Pending-Messages'))
    // One that says no more than that it lives has no more, whatever it said of how many are left.
    if (code === 100 && this.#messages.length > 0) this.#taker?.settle()
    else if (this.#taker !== undefined) this.#pull(this.#taker.size)
  }

  #lose(reason: string): void {
    const loss = new Error(`The consumer of the log is lost: ${reason}.`)
    this.#loss ??= Object.assign(loss, { name: 'TimeoutError' })
    this.#taker?.settle()
  }

  close(): void {
    this.#subscription.unsubscribe()
    this.#lose('it was closed')
  }
}

interface Delivery {
  readonly stored: StoredMessage
  readonly delivered: number
  /** How many come after it. */
  readonly pending: number
}

/**
 * A reply subject says where a message stands: `$JS.ACK.….STREAM.CONSUMER.TRIES.SEQUENCE.DELIVERED.NANOSECONDS.PENDING`.
 * A longer one has a random token at its end, after those.
 */
function toDelivery({ subject, reply = '', data }: Msg): Delivery {
  const tokens = reply.split('.')
  const first = tokens.length > 9 ? 7 : 5
  const stored = { subject, sequence: Number(tokens[first]), timeMs: Number(tokens[first + 2]?.slice(0, -6)), data }
  return { stored, delivered: Number(tokens[first + 1]), pending: Number(tokens[first + 3]) }
}
