/** Snapshots and checkpoints: two small tables beside the log. */

import { assertStreamName } from '../../events/index.ts'
import {
  assertPosition,
  assertProjectionName,
  assertSnapshotKey,
  type CheckpointStore,
  encodeSnapshot,
  type Lifetime,
  type Snapshot,
  type SnapshotKey,
  type SnapshotStore,
} from '../../store/index.ts'
import type { Database } from './database.ts'
import { statement } from './statements.ts'

export class PostgresSnapshots implements SnapshotStore {
  readonly #log: string
  readonly #database: Database
  readonly #lifetime: Lifetime

  constructor(log: string, database: Database, lifetime: Lifetime) {
    this.#log = log
    this.#database = database
    this.#lifetime = lifetime
  }

  async load(key: SnapshotKey): Promise<Snapshot | undefined> {
    this.#lifetime.assertOpen()
    assertSnapshotKey(key)
    const [row] = await this.#database.query(statement('load-snapshot'), this.#toValues(key))
    return row && { version: Number(row[0]), state: JSON.parse(row[1] as string) }
  }

  async save(key: SnapshotKey, snapshot: Snapshot): Promise<void> {
    this.#lifetime.assertOpen()
    assertSnapshotKey(key)
    const state = encodeSnapshot(snapshot)
    await this.#database.query(statement('save-snapshot'), [...this.#toValues(key), snapshot.version, state])
  }

  async clear(stream?: string): Promise<void> {
    this.#lifetime.assertOpen()
    if (stream !== undefined) assertStreamName(stream)
    await this.#database.query(statement('clear-snapshots'), [this.#log, stream ?? null])
  }

  #toValues({ stream, definition, fingerprint }: SnapshotKey): string[] {
    return [this.#log, stream, definition, fingerprint]
  }
}

export class PostgresCheckpoints implements CheckpointStore {
  readonly #log: string
  readonly #database: Database
  readonly #lifetime: Lifetime

  constructor(log: string, database: Database, lifetime: Lifetime) {
    this.#log = log
    this.#database = database
    this.#lifetime = lifetime
  }

  async load(projection: string): Promise<number> {
    this.#lifetime.assertOpen()
    assertProjectionName(projection)
    const [row] = await this.#database.query(statement('load-checkpoint'), [this.#log, projection])
    return Number(row?.[0] ?? 0)
  }

  async move(projection: string, expected: number, position: number): Promise<boolean> {
    this.#lifetime.assertOpen()
    assertProjectionName(projection)
    assertPosition(expected, 'expected')
    assertPosition(position, 'position')
    const moved = await this.#database.query(statement('move-checkpoint'), [this.#log, projection, expected, position])
    return moved.length > 0
  }

  async list(): Promise<{ projection: string; position: number }[]> {
    this.#lifetime.assertOpen()
    const rows = await this.#database.query(statement('list-checkpoints'), [this.#log])
    return rows.map(([projection, position]) => ({ projection: projection as string, position: Number(position) }))
  }
}
