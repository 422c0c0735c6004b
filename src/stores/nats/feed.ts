/**
 * Messages of a log in their order, page by page, over a consumer that the server keeps in memory for as long as it is
 * asked. The consumer is a convenience: when it is lost, with its server or because nobody asked for a while, another
 * one is made that begins where the last page ended.
 */
import { createInbox } from '@nats-io/transport-node'
import { Flow, type TakeOptions } from './flow.ts'
import type { LogStream } from './log-stream.ts'
import type { StoredMessage } from './record.ts'

/** Who does not ask for so long does not read on: neither the server nor we hold anything for it. */
const FORGET_AFTER_MS = 15_000

export class Feed {
  readonly #stream: LogStream
  readonly #filter: string
  #consumer: string | undefined
  #flow: Flow | undefined
  /** What the flow gives next. */
  #next = 0
  #forgetting: NodeJS.Timeout | undefined

  constructor(stream: LogStream, filter: string) {
    this.#stream = stream
    this.#filter = filter
  }

  /** Messages from the sequence `from` on, as `Flow.take` gives them. */
  async take(from: number, options: TakeOptions): Promise<StoredMessage[]> {
    clearTimeout(this.#forgetting)
    try {
      const flow = this.#flow !== undefined && this.#next === from ? this.#flow : await this.#begin(from)
      const messages = await flow.take(options)
      const last = messages.at(-1)
      if (last !== undefined) this.#next = last.sequence + 1
      this.#forgetting = setTimeout(() => this.end(), FORGET_AFTER_MS).unref()
      return messages
    } catch (error) {
      this.end()
      throw error
    }
  }

  async #begin(from: number): Promise<Flow> {
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
      inactive_threshold: FORGET_AFTER_MS * 1e6,
      mem_storage: true,
      num_replicas: 1,
    }
    const request = { stream_name: subjects.stream, config, action: 'create' }
    const subject = `$JS.API.CONSUMER.CREATE.${subjects.stream}.${name}.${this.#filter}`
    await connection.ask(subject, JSON.stringify(request))
    const flow = new Flow(this.#stream, name)
    this.#consumer = name
    this.#flow = flow
    this.#next = from
    return flow
  }

  /** Lets the server forget the consumer now. */
  end(): void {
    clearTimeout(this.#forgetting)
    this.#flow?.close()
    this.#flow = undefined
    if (this.#consumer === undefined) return
    const { connection, subjects } = this.#stream
    const subject = `$JS.API.CONSUMER.DELETE.${subjects.stream}.${this.#consumer}`
    this.#consumer = undefined
    connection.request(subject).catch(() => {}) // It is forgotten anyhow.
  }
}
