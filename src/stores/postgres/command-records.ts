/** The records of commands; they are written by `daybook.append` alone, with the events of the command. */
import {
  assertCommandId,
  assertPruneCommandsOptions,
  type CommandRecord,
  type CommandStore,
  type Lifetime,
  type PruneCommandsOptions,
} from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

export class PostgresCommands implements CommandStore {
  readonly #log: string
  readonly #database: Database
  readonly #lifetime: Lifetime

  constructor(log: string, database: Database, lifetime: Lifetime) {
    this.#log = log
    this.#database = database
    this.#lifetime = lifetime
  }

  async find(id: string): Promise<CommandRecord | undefined> {
    this.#lifetime.assertOpen()
    assertCommandId(id)
    const [row] = await this.#database.query(statement('command-by-id'), [this.#log, id])
    return row && { id, digest: row[0] as string, result: JSON.parse(row[1] as string) }
  }

  async prune(options: PruneCommandsOptions): Promise<number> {
    this.#lifetime.assertOpen()
    assertPruneCommandsOptions(options)
    const { before, limit } = options
    const values = [this.#log, before.getTime(), limit]
    const [row] = await this.#database.query(statement('prune-commands'), values)
    return Number(row?.[0])
  }
}
