/** Finding records in a log: the next ones of a subject, the one that holds a version, and what time they have. */
import { setTimeout as delay } from 'node:timers/promises'
import type { RecordedEvent } from '../../events/index.ts'
import type { Clock } from './clock.ts'
import type { LogStream } from './log-stream.ts'
import { MessageTimes } from './message-times.ts'
import { Assembler, ownTime, type StoredMessage, type StoredRecord, toEvents, toPart, versionsOf } from './record.ts'

const PAGE_BYTES = 4_194_304
/** A copy of the log is usually behind the leader by less than a millisecond. */
const LAG_WAIT_MS = 5
/** A server that is cut off takes itself for the leader for some ten seconds. */
const GONE_AFTER_MS = 15_000
/** After so many looks at copies that lag, the leader is asked. */
const LAG_LOOKS = 5
/** Times of first records of appends to several streams. */
const MAX_TIMES = 1_000

export interface NextOptions {
  readonly subject: string
  /** Messages from this sequence on. */
  readonly from: number
  /** One that is known to be there, at or after `from`. */
  readonly end: number
  readonly count: number
}

export class Records {
  readonly #stream: LogStream
  readonly #clock: Clock
  readonly #times = new Map<number, number>()
  readonly #messageTimes: MessageTimes

  constructor(stream: LogStream, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
    this.#messageTimes = new MessageTimes(stream, (sequence) => this.at(sequence))
  }

  /** The next messages of a subject: at least one. */
  async next(options: NextOptions): Promise<StoredMessage[]> {
    for (let looks = 0; ; looks++) {
      const messages = looks < LAG_LOOKS ? await this.#look(options) : await this.#askLeader(options)
      if (messages.length > 0) return messages
      await delay(LAG_WAIT_MS)
    }
  }

  async #look({ subject, from, count }: NextOptions): Promise<StoredMessage[]> {
    const query = { seq: Math.max(from, 1), next_by_subj: subject }
    if (count > 1 && this.#stream.connection.facts.hasManyGets) {
      return await this.#stream.getMany({ ...query, batch: count, max_bytes: PAGE_BYTES })
    }
    const message = await this.#stream.getDirect(query)
    return message === undefined ? [] : [message]
  }

  async #askLeader({ subject, from }: NextOptions): Promise<StoredMessage[]> {
    const message = await this.#stream.get({ seq: Math.max(from, 1), next_by_subj: subject })
    return message === undefined ? [] : [message]
  }

  /** A message that is known to be there: who does not have it lags, also a leader that was cut off and does not know yet. */
  async at(sequence: number): Promise<StoredMessage> {
    const start = performance.now()
    for (;;) {
      const message = (await this.#stream.getDirect({ seq: sequence })) ?? (await this.#stream.get({ seq: sequence }))
      if (message !== undefined) return message
      if (performance.now() - start > GONE_AFTER_MS) break
      await delay(LAG_WAIT_MS)
    }
    throw new Error(`The message ${sequence} of ${this.#stream.subjects.stream} is gone.`)
  }

  /** When a message that is known to be there was stored. */
  storedAtMs(sequence: number): Promise<number> {
    return this.#messageTimes.ask(sequence)
  }

  /** The record that ends with the message, its earlier parts fetched. */
  async endingWith(message: StoredMessage): Promise<StoredRecord> {
    return (await this.assemble(new Assembler(), message)) as StoredRecord
  }

  /** The record that the message is, or is a part of. */
  async ending(message: StoredMessage): Promise<StoredRecord> {
    const part = toPart(message)
    const end = part === undefined ? message.sequence : message.sequence + part.count - part.place
    return await this.endingWith(end === message.sequence ? message : await this.at(end))
  }

  /** The record that ends with the message, if one does; parts that the assembler was not given are fetched. */
  async assemble(assembler: Assembler, message: StoredMessage): Promise<StoredRecord | undefined> {
    if (assembler.misses(message)) {
      for (let sequence = beginningOf(message); sequence < message.sequence; sequence++) {
        assembler.add(await this.at(sequence))
      }
    }
    return assembler.add(message)
  }

  /**
   * By bisection: the sequence at which the record begins that holds a version of a stream.
   * @param last The sequence of the stream's last message, which holds that version or a later one.
   */
  async seek(subject: string, version: number, last: number): Promise<number> {
    let low = 1
    let high = last
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [message] = (await this.next({ subject, from: middle, end: last, count: 1 })) as [StoredMessage]
      const versions = versionsOf(message)
      if (versions.last < version) low = message.sequence + 1
      else if (versions.first > version) high = middle - 1
      else return beginningOf(message)
    }
    return low
  }

  /** The events of a record, with the time of the append that it is part of. */
  async toEvents(record: StoredRecord): Promise<RecordedEvent[]> {
    const { parsed, beginning } = record
    if (parsed.behind === undefined) return this.toEventsOfFirst(record)
    return this.#toEventsAt(record, await this.timeAt(beginning - parsed.behind))
  }

  /** The same for the first record of an append, which is most of them, and has the time itself. */
  toEventsOfFirst(record: StoredRecord): RecordedEvent[] {
    const timeMs = ownTime(record)
    // Those that follow in the same append ask for it next.
    if (record.parsed.rest !== undefined) this.#remember(record.sequence, timeMs)
    return this.#toEventsAt(record, timeMs)
  }

  #toEventsAt(record: StoredRecord, timeMs: number): RecordedEvent[] {
    this.#clock.saw(timeMs)
    return toEvents(record, this.#stream.subjects.toStream(record.subject), timeMs)
  }

  /** When an append was recorded, by the last message of its first record. */
  async timeAt(sequence: number): Promise<number> {
    const known = this.#times.get(sequence)
    if (known !== undefined) return known
    const timeMs = ownTime(await this.endingWith(await this.at(sequence)))
    this.#remember(sequence, timeMs)
    return timeMs
  }

  #remember(sequence: number, timeMs: number): void {
    this.#times.set(sequence, timeMs)
    if (this.#times.size <= MAX_TIMES) return
    const [oldest] = this.#times.keys()
    if (oldest !== undefined) this.#times.delete(oldest)
  }
}

/** Where the record begins that the message is, or is a part of. */
function beginningOf(message: StoredMessage): number {
  const part = toPart(message)
  return part === undefined ? message.sequence : message.sequence - part.place + 1
}
