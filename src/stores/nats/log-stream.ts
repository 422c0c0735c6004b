/** A log's JetStream stream: made when it is first written to, and asked for messages. */
import { createInbox, headers, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import type { Connection } from './connection.ts'
import { assertDurable } from './durability.ts'
import {
  DUPLICATE_UNDER_WAY,
  isFailure,
  JetStreamFailure,
  MESSAGE_NOT_FOUND,
  STREAM_NAME_TAKEN,
  STREAM_NOT_FOUND,
} from './failures.ts'
import type { StoredMessage } from './record.ts'
import type { Subjects } from './subjects.ts'

/**
 * How long the server remembers message ids: longer than an append is tried again. Whether an append was recorded is
 * known from the log itself, whenever it is asked; the ids spare the question.
 */
const DUPLICATE_WINDOW_NS = 60_000_000_000
/** Where an append may be several messages, none weighs more, however much the server allows: readers hold pages of them. */
const MAX_MESSAGE_BYTES = 1_048_576
/** For the headers of a message. */
const HEADER_BYTES = 4_096
/** How long a part of a batch of direct gets may take to come. */
const DIRECT_TIMEOUT_MS = 3_000

export interface LogStreamOptions {
  readonly connection: Connection
  readonly subjects: Subjects
  readonly log: string
  readonly replicas: number
  /** Refuse a stream that is there already with less than that, or in memory. */
  readonly requireDurable: boolean
}

/** A message to be published. */
export interface Draft {
  readonly subject: string
  readonly data: string | Uint8Array
  /** What is to be the sequence of the last message of `expectedSubject`, or else of `subject`. */
  readonly expected?: number
  readonly expectedSubject?: string
}

export interface PublishOptions {
  /** What is to be the last sequence of the log. */
  readonly expectedLast?: number | undefined
  readonly messageId?: string | undefined
}

export class LogStream {
  readonly subjects: Subjects
  readonly connection: Connection
  readonly maxMessageBytes: number
  readonly #options: LogStreamOptions
  #making: Promise<void> | undefined
  #batches = 0

  constructor(options: LogStreamOptions) {
    this.#options = options
    this.connection = options.connection
    this.subjects = options.subjects
    const { maxPayload, hasBatches } = options.connection.facts
    const mostBytes = maxPayload - HEADER_BYTES
    this.maxMessageBytes = hasBatches ? Math.min(mostBytes, MAX_MESSAGE_BYTES) : mostBytes
  }

  /** Makes the stream, if it is not there. */
  make(): Promise<void> {
    this.#making ??= this.#make().catch((error) => {
      this.#making = undefined
      throw error
    })
    return this.#making
  }

  async #make(): Promise<void> {
    const { subjects, log, replicas, connection, requireDurable } = this.#options
    const config = {
      name: subjects.stream,
      description: `The log ${log} of a daybook`,
      subjects: [subjects.all],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      num_replicas: replicas,
      deny_delete: true,
      deny_purge: true,
      allow_direct: true,
      duplicate_window: DUPLICATE_WINDOW_NS,
      ...(connection.facts.hasBatches ? { allow_atomic: true } : {}),
    }
    await connection.ask(`$JS.API.STREAM.CREATE.${subjects.stream}`, JSON.stringify(config)).catch((error) => {
      // It is there, with limits or a placement that its operators gave it.
      if (!isFailure(error, STREAM_NAME_TAKEN)) throw error
    })
    if (requireDurable) await assertDurable(connection, subjects.stream)
  }

  /** The sequence of the last message. 0 when there is no stream. */
  async lastSequence(): Promise<number> {
    const subject = `$JS.API.STREAM.INFO.${this.subjects.stream}`
    const info = await absentAs(undefined, this.connection.ask<{ state: { last_seq: number } }>(subject))
    return info?.state.last_seq ?? 0
  }

  /** The sequence of the last message of a subject, which may hold wildcards; 0 when there is none. */
  async lastOf(subject: string): Promise<number> {
    return (await this.get({ last_by_subj: subject }))?.sequence ?? 0
  }

  /** Asks the stream's leader, which knows of everything that was acknowledged. */
  async get(query: MessageQuery): Promise<StoredMessage | undefined> {
    const subject = `$JS.API.STREAM.MSG.GET.${this.subjects.stream}`
    const found = await absentAs(
      undefined,
      this.connection.ask<{ message: LeaderMessage }>(subject, JSON.stringify(query)),
    )
    if (found === undefined) return undefined
    const { subject: of, seq, time, data = '' } = found.message
    return { subject: of, sequence: seq, timeMs: Date.parse(time), data: Buffer.from(data, 'base64') }
  }

  /** Asks any copy of the stream, which may not know of the last messages yet. */
  async getDirect(query: MessageQuery | string): Promise<StoredMessage | undefined> {
    const answer = await this.#askAny(query)
    return answer.headers?.code === 404 ? undefined : toStored(answer)
  }

  /** When the messages from one to another were stored, if it was at one moment, which any copy of the stream knows. */
  async momentOf(first: number, last: number): Promise<number | undefined> {
    // What only one server stores, it stores message by message.
    if (this.#options.replicas === 1) return undefined
    const answers = await Promise.all([this.#askAny({ seq: first }), this.#askAny({ seq: last })])
    // To the nanosecond: messages that are stored one after the other differ.
    const [from, to] = answers.map(({ headers }) => headers?.get('Nats-Time-Stamp') ?? '')
    return from === undefined || from === '' || from !== to ? undefined : Date.parse(from)
  }

  #askAny(query: MessageQuery | string): Promise<Msg> {
    const subject = `$JS.API.DIRECT.GET.${this.subjects.stream}`
    return typeof query === 'string'
      ? this.connection.request(`${subject}.${query}`)
      : this.connection.request(subject, JSON.stringify(query))
  }

  /** Several messages from any copy of the stream: those that it has. */
  getMany(query: Readonly<Record<string, unknown>>): Promise<StoredMessage[]> {
    const { client } = this.connection
    const inbox = createInbox()
    const messages: StoredMessage[] = []
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => {
        clearTimeout(timer)
        subscription.unsubscribe()
        if (error === undefined) resolve(messages)
        else reject(error)
      }
      const timer = setTimeout(() => settle(incomplete()), DIRECT_TIMEOUT_MS).unref()
      const take = (error: Error | null, message: Msg) => {
        timer.refresh()
        const code = message.headers?.code ?? 0
        if (error !== null) settle(error)
        else if (code === 0) messages.push(toStored(message))
        else if (code === 204 || code === 404) settle()
        else settle(incomplete(message.headers?.description))
      }
      const subscription = client.subscribe(inbox, { callback: take })
      client.publish(`$JS.API.DIRECT.GET.${this.subjects.stream}`, JSON.stringify(query), { reply: inbox })
    })
  }

  /** The sequence that the last of the messages got: all are stored, or none. */
  async publish(drafts: readonly Draft[], options: PublishOptions): Promise<number> {
    const [draft, ...others] = drafts as [Draft, ...Draft[]]
    if (others.length > 0) return await this.#publishBatch(drafts, options)
    return await this.#send(draft, toHeaders(draft, options))
  }

  async #send({ subject, data }: Draft, headers: MsgHdrs): Promise<number> {
    const { seq, duplicate } = await this.connection.ask<PublishAnswer>(subject, data, { headers })
    // An attempt of ours was recorded after all, and not as this one says.
    if (duplicate) throw new JetStreamFailure(DUPLICATE_UNDER_WAY, 'An earlier attempt is recorded')
    return seq
  }

  async #publishBatch(drafts: readonly Draft[], options: PublishOptions): Promise<number> {
    const batch = `${this.connection.client.info?.client_id}-${process.pid}-${Date.now().toString(36)}-${this.#batches++}`
    for (const [place, draft] of drafts.entries()) {
      const head = toHeaders(draft, place === 0 ? { expectedLast: options.expectedLast } : {})
      head.set('Nats-Batch-Id', batch)
      head.set('Nats-Batch-Sequence', String(place + 1))
      if (place === drafts.length - 1) {
        head.set('Nats-Batch-Commit', '1')
        return await this.#send(draft, head)
      }
      this.connection.client.publish(draft.subject, draft.data, { headers: head })
    }
    throw new Error('A batch needs messages.')
  }
}

interface PublishAnswer {
  readonly seq: number
  readonly duplicate?: boolean
}

export type MessageQuery = { readonly seq: number; readonly next_by_subj?: string } | { readonly last_by_subj: string }

interface LeaderMessage {
  readonly subject: string
  readonly seq: number
  readonly time: string
  readonly data?: string
}

function toHeaders({ expected, expectedSubject }: Draft, { expectedLast, messageId }: PublishOptions): MsgHdrs {
  const head = headers()
  if (expectedLast !== undefined) head.set('Nats-Expected-Last-Sequence', String(expectedLast))
  if (expected !== undefined) head.set('Nats-Expected-Last-Subject-Sequence', String(expected))
  if (expectedSubject !== undefined) head.set('Nats-Expected-Last-Subject-Sequence-Subject', expectedSubject)
  if (messageId !== undefined) head.set('Nats-Msg-Id', messageId)
  return head
}

function toStored({ headers, data }: Msg): StoredMessage {
  if (headers === undefined) throw new Error('A message was given without its headers.')
  return {
    subject: headers.get('Nats-Subject'),
    sequence: Number(headers.get('Nats-Sequence')),
    timeMs: Date.parse(headers.get('Nats-Time-Stamp')),
    data,
  }
}

function incomplete(reason = 'nothing came'): Error {
  const error = new Error(`Messages of the log did not all come: ${reason}.`)
  return Object.assign(error, { name: 'TimeoutError' })
}

/** What is not there, be it the message or the whole stream. */
async function absentAs<T>(absent: T, asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    if (isFailure(error, STREAM_NOT_FOUND) || isFailure(error, MESSAGE_NOT_FOUND)) return absent
    throw error
  }
}
