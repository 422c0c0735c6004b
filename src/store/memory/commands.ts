import type { CommandRecord, CommandStore, PruneCommandsOptions } from '../keepsakes.ts'
import type { Lifetime } from '../lifetime.ts'
import { assertCommandId, assertPruneCommandsOptions } from '../names.ts'
import type { Book } from './book.ts'

export class MemoryCommands implements CommandStore {
  readonly #book: Book
  readonly #lifetime: Lifetime

  constructor(book: Book, lifetime: Lifetime) {
    this.#book = book
    this.#lifetime = lifetime
  }

  async find(id: string): Promise<CommandRecord | undefined> {
    this.#lifetime.assertOpen()
    assertCommandId(id)
    return findCommand(this.#book, id)
  }

  async prune(options: PruneCommandsOptions): Promise<number> {
    this.#lifetime.assertOpen()
    assertPruneCommandsOptions(options)
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
