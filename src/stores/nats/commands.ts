/**
 * The commands of a log. A command is forgotten by an empty message on its subject, as nothing in the log is deleted:
 * the id is free again, and the room that it takes on the server stays taken.
 */
import type { CommandRecord, CommandStore, PruneCommandsOptions } from '../../store/index.ts'
import { readCommand, toRecord } from './examine.ts'
import { isWrongSequence } from './failures.ts'
import type { LogReading } from './log-reading.ts'
import type { StoredMessage } from './record.ts'

const PAGE_SIZE = 1_000

export class NatsCommands implements CommandStore {
  readonly #reading: LogReading
  /** Every command before this sequence is forgotten. */
  #forgottenBefore = 1

  constructor(reading: LogReading) {
    this.#reading = reading
  }

  async find(id: string): Promise<CommandRecord | undefined> {
    const found = await this.#reading.retry(() => readCommand(this.#reading.stream, id))
    return found?.marker && toRecord(found.marker)
  }

  async prune({ before, limit }: PruneCommandsOptions): Promise<number> {
    const old = await this.#reading.retry(() => this.#findOld(before.getTime(), limit))
    let forgotten = 0
    for (const message of old) if (await this.#reading.retry(() => this.#forget(message))) forgotten++
    return forgotten
  }

  /** The oldest that are not forgotten, in the order in which they were recorded. */
  async #findOld(beforeMs: number, limit: number): Promise<StoredMessage[]> {
    const { stream, records } = this.#reading
    const subject = stream.subjects.commands
    const end = await stream.lastOf(subject)
    const known = new Map<string, StoredMessage>()
    for (let from = this.#forgottenBefore; from <= end; ) {
      const messages = await records.next({ subject, from, end, count: PAGE_SIZE })
      for (const message of messages) {
        known.delete(message.subject)
        if (message.data.length > 0) known.set(message.subject, message)
        from = message.sequence + 1
      }
    }
    const [oldest] = known.values()
    this.#forgottenBefore = oldest?.sequence ?? end + 1
    const old: StoredMessage[] = []
    for (const message of known.values()) {
      if (old.length === limit || (await this.#timeOf(message)) >= beforeMs) break
      old.push(message)
    }
    return old
  }

  /** A command has the time of the append that it came with. */
  async #timeOf({ sequence, timeMs, data }: StoredMessage): Promise<number> {
    const { ahead } = JSON.parse(Buffer.from(data).toString()) as { ahead?: number }
    return ahead === undefined ? timeMs : await this.#reading.records.timeAt(sequence + ahead)
  }

  /** False when another was faster. */
  async #forget({ subject, sequence }: StoredMessage): Promise<boolean> {
    try {
      await this.#reading.stream.publish([{ subject, data: '', expected: sequence }], {})
      return true
    } catch (error) {
      if (isWrongSequence(error)) return false
      throw error
    }
  }
}
