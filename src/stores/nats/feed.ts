/**
 * Messages of a log in their order, page by page, over a consumer that the server keeps in memory for as long as it is
 * asked. The consumer is a convenience: when it is lost, with its server or because nobody asked for a while, another
 * one is made that begins where the last page ended.
 */
import { createInbox, type Msg } from '@nats-io/transport-node'
import type { LogStream } from './log-stream.ts'
import type { StoredMessage } from './record.ts'

/** A page is cut where it weighs this much. */
const PAGE_BYTES = 4_194_304
/** The server forgets a consumer that was not asked for so long. */
const FORGET_AFTER_NS = 15_000_000_000
const HEARTBEAT_MS = 1_000
/** Without as much as a heartbeat, the consumer's server is gone. */
const SILENCE_MS = 3_000

export interface TakeOptions {
  /** Messages from this sequence on. */
  readonly from: number
  readonly size: number
  /** How long to wait for a first message. */
  readonly waitMs: number
}

export class Feed {
  readonly #stream: LogStream
  readonly #filter: string
  #consumer: string | undefined
  /** What the consumer gives next. */
  #next = 0

  constructor(stream: LogStream, filter: string) {
    this.#stream = stream
    this.#filter = filter
  }

  /** At most `size` messages, and fewer only when there are no more or they are large; none when none came in time. */
  async take(options: TakeOptions): Promise<StoredMessage[]> {
    try {
      if (this.#consumer === undefined || this.#next !== options.from) await this.#begin(options.from)
      const messages = await this.#pull(options)
      const last = messages.at(-1)
      if (last !== undefined) this.#next = last.sequence + 1
      return messages
    } catch (error) {
      this.#consumer = undefined
      throw error
    }
  }

  async #begin(from: number): Promise<void> {
    this.end()
    const { subjects, connection } = this.#stream
    const name = createInbox().slice('_INBOX.'.length)
    const config = {
      name,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: Math.max(from, 1),
      ack_policy: 'none',
      replay_policy: 'instant',
      filter_subject: this.#filter,
      inactive_threshold: FORGET_AFTER_NS,
      mem_storage: true,
      num_replicas: 1,
    }
    const request = { stream_name: subjects.stream, config, action: 'create' }
    const subject = `$JS.API.CONSUMER.CREATE.${subjects.stream}.${name}.${this.#filter}`
    await connection.ask(subject, JSON.stringify(request))
    this.#consumer = name
    this.#next = from
  }

  #pull({ size, waitMs }: TakeOptions): Promise<StoredMessage[]> {
    const { client } = this.#stream.connection
    const inbox = createInbox()
    const messages: StoredMessage[] = []
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => {
        clearTimeout(timer)
        subscription.unsubscribe()
        if (error === undefined || messages.length > 0) resolve(messages)
        else reject(error)
      }
      // It holds up nobody's end: a closed client answers no more.
      const timer = setTimeout(() => settle(silent()), SILENCE_MS).unref()
      const take = (error: Error | null, message: Msg) => {
        if (error !== null) return settle(error)
        timer.refresh()
        const code = message.headers?.code ?? 0
        if (code === 100) return
        if (code !== 0) return settle(toLoss(code, message))
        messages.push(toStored(message))
        if (messages.length === size) settle()
      }
      const subscription = client.subscribe(inbox, { callback: take })
      const pull = { batch: size, max_bytes: PAGE_BYTES, no_wait: true, ...toWait(waitMs) }
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#stream.subjects.stream}.${this.#consumer}`
      client.publish(subject, JSON.stringify(pull), { reply: inbox })
    })
  }

  /** Lets the server forget the consumer now. */
  end(): void {
    if (this.#consumer === undefined) return
    const { connection, subjects } = this.#stream
    const subject = `$JS.API.CONSUMER.DELETE.${subjects.stream}.${this.#consumer}`
    this.#consumer = undefined
    connection.request(subject).catch(() => {}) // It is forgotten anyhow.
  }
}

function toWait(waitMs: number): Readonly<Record<string, number>> {
  const heartbeat = waitMs > 2 * HEARTBEAT_MS ? { idle_heartbeat: HEARTBEAT_MS * 1e6 } : {}
  return { expires: waitMs * 1e6, ...heartbeat }
}

/** Undefined for what only says that there is no more for now. */
function toLoss(code: number, { headers }: Msg): Error | undefined {
  const description = headers?.description ?? ''
  if (code === 404 || code === 408) return undefined
  if (code === 409 && /max_?bytes/i.test(description)) return undefined
  return silent(description)
}

function silent(description = 'nothing came'): Error {
  const error = new Error(`The consumer of the log is lost: ${description}.`)
  return Object.assign(error, { name: 'TimeoutError' })
}

/**
 * A reply subject says where a message stands: `$JS.ACK.….STREAM.CONSUMER.TRIES.SEQUENCE.DELIVERED.NANOSECONDS.PENDING`.
 * A longer one has a random token at its end, after those.
 */
function toStored({ subject, reply = '', data }: Msg): StoredMessage {
  const tokens = reply.split('.')
  const first = tokens.length > 9 ? 7 : 5
  return { subject, sequence: Number(tokens[first]), timeMs: Number(tokens[first + 2]?.slice(0, -6)), data }
}
