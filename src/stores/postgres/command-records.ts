/** The records of commands; they are written by `daybook.append` alone, with the events of the command. */
import type { CommandRecord, CommandStore, PruneCommandsOptions } from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

export class PostgresCommands implements CommandStore {
  readonly #log: string
  readonly #database: Database

  constructor(log: string, database: Database) {
    this.#log = log
    this.#database = database
  }

  async find(id: string): Promise<CommandRecord | undefined> {
    const [row] = await this.#database.query(statement('command-by-id'), [this.#log, id])
    return row && { id, digest: row[0] as string, result: JSON.parse(row[1] as string) }
  }

  async prune({ before, limit }: PruneCommandsOptions): Promise<number> {
    const values = [this.#log, before.getTime(), limit]
    const [row] = await this.#database.query(statement('prune-commands'), values)
    return Number(row?.[0])
  }
}
