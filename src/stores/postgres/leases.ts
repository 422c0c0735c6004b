/** Leases by the clock of the server alone: each statement asks `clock_timestamp()` after it has the lease's row. */
import {
  assertLeaseName,
  assertLeaseTerms,
  encodeNote,
  type Lease,
  type LeaseInfo,
  type LeaseStore,
  type LeaseTerms,
  type Lifetime,
} from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

export class PostgresLeases implements LeaseStore {
  readonly #log: string
  readonly #database: Database
  readonly #lifetime: Lifetime

  constructor(log: string, database: Database, lifetime: Lifetime) {
    this.#log = log
    this.#database = database
    this.#lifetime = lifetime
  }

  async acquire(name: string, owner: string, terms: LeaseTerms): Promise<Lease | undefined> {
    this.#assert(name, owner)
    assertLeaseTerms(terms)
    const values = [this.#log, name, owner, terms.durationMs, encodeNote(terms.note) ?? null]
    const [row] = await this.#database.query(statement('acquire-lease'), values)
    return row && { name, owner, token: Number(row[0]) }
  }

  async renew({ name, owner, token }: Lease, terms: LeaseTerms): Promise<boolean> {
    this.#assert(name, owner)
    assertLeaseTerms(terms)
    const values = [this.#log, name, owner, token, terms.durationMs, encodeNote(terms.note) ?? null]
    return (await this.#database.query(statement('renew-lease'), values)).length > 0
  }

  async release({ name, owner, token }: Lease, note?: unknown): Promise<void> {
    this.#assert(name, owner)
    const values = [this.#log, name, owner, token, encodeNote(note) ?? null]
    await this.#database.query(statement('release-lease'), values)
  }

  async list(): Promise<LeaseInfo[]> {
    this.#lifetime.assertOpen()
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

  #assert(name: string, owner: string): void {
    this.#lifetime.assertOpen()
    assertLeaseName(name, owner)
  }
}
