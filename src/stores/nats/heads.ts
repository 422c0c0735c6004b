/**
 * Where streams end. What is remembered here may be out of date: an append says what it was based on, and the server
 * refuses it when that is not so any more.
 */
import type { LogStream } from './log-stream.ts'
import { type StoredMessage, versionsOf } from './record.ts'

export interface Head {
  /** Of the stream's last message; 0 when there is none. */
  readonly sequence: number
  /** 0 when there are no events. */
  readonly version: number
}

export const NO_HEAD: Head = { sequence: 0, version: 0 }

/** Under what the end of a command's subject is remembered: no stream is named so. */
export function commandKey(id: string): string {
  return `-${id}`
}

/** So many heads take some megabytes; a stream that is used again soon need not be asked for. */
const MAX_REMEMBERED = 50_000
/** What JetStream gives at once of the last messages of subjects, with room to spare. */
const MAX_ASKED_AT_ONCE = 500
/** Fewer are asked for one by one. */
const MIN_ASKED_AT_ONCE = 4

export class Heads {
  readonly #stream: LogStream
  readonly #remembered = new Map<string, Head>()

  constructor(stream: LogStream) {
    this.#stream = stream
  }

  remember(stream: string, head: Head): void {
    this.#remembered.delete(stream)
    this.#remembered.set(stream, head)
    if (this.#remembered.size <= MAX_REMEMBERED) return
    const [oldest] = this.#remembered.keys()
    if (oldest !== undefined) this.#remembered.delete(oldest)
  }

  forget(stream: string): void {
    this.#remembered.delete(stream)
  }

  recall(stream: string): Head | undefined {
    return this.#remembered.get(stream)
  }

  /** Asks the leader: what it says was so at some moment after this call. */
  async ask(stream: string): Promise<Head> {
    const message = await this.#stream.get({ last_by_subj: this.#stream.subjects.ofStream(stream) })
    const head = toHead(message)
    this.remember(stream, head)
    return head
  }

  /** As remembered, or as any copy of the log has it. */
  async find(streams: readonly string[]): Promise<ReadonlyMap<string, Head>> {
    const found = new Map<string, Head>()
    const unknown: string[] = []
    for (const stream of streams) {
      const head = this.recall(stream)
      if (head === undefined) unknown.push(stream)
      else found.set(stream, head)
    }
    for (const [stream, head] of await this.look(unknown)) {
      this.remember(stream, head)
      found.set(stream, head)
    }
    return found
  }

  /** As any copy of the log has it. */
  async look(streams: readonly string[]): Promise<ReadonlyMap<string, Head>> {
    const { subjects, connection } = this.#stream
    if (streams.length < MIN_ASKED_AT_ONCE || !connection.facts.hasManyGets) {
      const heads = streams.map(async (stream) => {
        return [stream, toHead(await this.#stream.getDirect(subjects.ofStream(stream)))] as const
      })
      return new Map(await Promise.all(heads))
    }
    const heads = new Map<string, Head>(streams.map((stream) => [stream, NO_HEAD]))
    for (let place = 0; place < streams.length; place += MAX_ASKED_AT_ONCE) {
      const part = streams.slice(place, place + MAX_ASKED_AT_ONCE)
      const messages = await this.#stream.getMany({ multi_last: part.map((stream) => subjects.ofStream(stream)) })
      for (const message of messages) heads.set(subjects.toStream(message.subject), toHead(message))
    }
    return heads
  }
}

function toHead(message: StoredMessage | undefined): Head {
  return message === undefined ? NO_HEAD : { sequence: message.sequence, version: versionsOf(message).last }
}
