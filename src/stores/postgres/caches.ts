/** Snapshots and checkpoints: two small tables beside the log. */

import type { CheckpointStore, EncodedSnapshot, EngineSnapshots, Snapshot, SnapshotKey } from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

export class PostgresSnapshots implements EngineSnapshots {
  readonly #log: string
  readonly #database: Database

  constructor(log: string, database: Database) {
    this.#log = log
    this.#database = database
  }

  async load(key: SnapshotKey): Promise<Snapshot | undefined> {
    const [row] = await this.#database.query(statement('load-snapshot'), this.#toValues(key))
    return row && { version: Number(row[0]), state: JSON.parse(row[1] as string) }
  }

  async save(key: SnapshotKey, { version, state }: EncodedSnapshot): Promise<void> {
    await this.#database.query(statement('save-snapshot'), [...this.#toValues(key), version, state])
  }

  async clear(stream?: string): Promise<void> {
    await this.#database.query(statement('clear-snapshots'), [this.#log, stream ?? null])
  }

  #toValues({ stream, definition, fingerprint }: SnapshotKey): string[] {
    return [this.#log, stream, definition, fingerprint]
  }
}

export class PostgresCheckpoints implements CheckpointStore {
  readonly #log: string
  readonly #database: Database

  constructor(log: string, database: Database) {
    this.#log = log
    this.#database = database
  }

  async load(projection: string): Promise<number> {
    const [row] = await this.#database.query(statement('load-checkpoint'), [this.#log, projection])
    return Number(row?.[0] ?? 0)
  }

  async move(projection: string, expected: number, position: number): Promise<boolean> {
    const moved = await this.#database.query(statement('move-checkpoint'), [this.#log, projection, expected, position])
    return moved.length > 0
  }

  async list(): Promise<{ projection: string; position: number }[]> {
    const rows = await this.#database.query(statement('list-checkpoints'), [this.#log])
    return rows.map(([projection, position]) => ({ projection: projection as string, position: Number(position) }))
  }
}
