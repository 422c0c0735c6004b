/** Leases by the clock of the server alone: each statement asks `clock_timestamp()` after it has the lease's row. */
import type { EncodedTerms, EngineLeases, Lease, LeaseInfo } from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

export class PostgresLeases implements EngineLeases {
  readonly #log: string
  readonly #database: Database

  constructor(log: string, database: Database) {
    this.#log = log
    this.#database = database
  }

  async acquire(name: string, owner: string, terms: EncodedTerms): Promise<Lease | undefined> {
    const values = [this.#log, name, owner, terms.durationMs, terms.note ?? null]
    const [row] = await this.#database.query(statement('acquire-lease'), values)
    return row && { name, owner, token: Number(row[0]) }
  }

  async renew({ name, owner, token }: Lease, terms: EncodedTerms): Promise<boolean> {
    const values = [this.#log, name, owner, token, terms.durationMs, terms.note ?? null]
    return (await this.#database.query(statement('renew-lease'), values)).length > 0
  }

  async release({ name, owner, token }: Lease, note: string | undefined): Promise<void> {
    const values = [this.#log, name, owner, token, note ?? null]
    await this.#database.query(statement('release-lease'), values)
  }

  async list(): Promise<LeaseInfo[]> {
    const rows = await this.#database.query(statement('list-leases'), [this.#log])
    return rows.map(([name, owner, token, expiresInMs, note, updatedAtMs]) => ({
      name: name as string,
      owner: owner as string,
      token: Number(token),
      expiresInMs: Number(expiresInMs),
      note: JSON.parse(note ?? 'null'),
      updatedAt: new Date(Number(updatedAtMs)),
    }))
  }
}
