import type { CommandRecord, CommandStore, PruneCommandsOptions } from '../keepsakes.ts'
import type { Book } from './book.ts'

export class MemoryCommands implements CommandStore {
  readonly #book: Book

  constructor(book: Book) {
    this.#book = book
  }

  async find(id: string): Promise<CommandRecord | undefined> {
    return findCommand(this.#book, id)
  }

  async prune(options: PruneCommandsOptions): Promise<number> {
    // A map keeps the order in which its entries came: the oldest stand first.
    const old: string[] = []
    for (const [id, { recordedAtMs }] of this.#book.commands) {
      if (recordedAtMs >= options.before.getTime() || old.length === options.limit) break
      old.push(id)
    }
    for (const id of old) this.#book.commands.delete(id)
    return old.length
  }
}

export function findCommand(book: Book, id: string): CommandRecord | undefined {
  const stored = book.commands.get(id)
  return stored && { id, digest: stored.digest, result: JSON.parse(stored.result) }
}
