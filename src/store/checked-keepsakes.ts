/** What stands before an engine's snapshots, checkpoints, leases and commands: see checked-log.ts. */
import { assertStreamName } from '../events/index.ts'
import { assertPosition } from './append-request.ts'
import type { EncodedTerms, EngineLeases, EngineSnapshots } from './engine-log.ts'
import type {
  CheckpointStore,
  CommandRecord,
  CommandStore,
  Lease,
  LeaseInfo,
  LeaseStore,
  LeaseTerms,
  PruneCommandsOptions,
  Snapshot,
  SnapshotKey,
  SnapshotStore,
} from './keepsakes.ts'
import type { Lifetime } from './lifetime.ts'
import {
  assertCommandId,
  assertLeaseName,
  assertLeaseTerms,
  assertProjectionName,
  assertPruneCommandsOptions,
  assertSnapshotKey,
  encodeNote,
  encodeSnapshot,
} from './names.ts'

export class CheckedSnapshots implements SnapshotStore {
  readonly #snapshots: EngineSnapshots
  readonly #lifetime: Lifetime

  constructor(snapshots: EngineSnapshots, lifetime: Lifetime) {
    this.#snapshots = snapshots
    this.#lifetime = lifetime
  }

  async load(key: SnapshotKey): Promise<Snapshot | undefined> {
    this.#lifetime.assertOpen()
    assertSnapshotKey(key)
    return await this.#snapshots.load(key)
  }

  async save(key: SnapshotKey, snapshot: Snapshot): Promise<void> {
    this.#lifetime.assertOpen()
    assertSnapshotKey(key)
    await this.#snapshots.save(key, { version: snapshot.version, state: encodeSnapshot(snapshot) })
  }

  async clear(stream?: string): Promise<void> {
    this.#lifetime.assertOpen()
    if (stream !== undefined) assertStreamName(stream)
    await this.#snapshots.clear(stream)
  }
}

export class CheckedCheckpoints implements CheckpointStore {
  readonly #checkpoints: CheckpointStore
  readonly #lifetime: Lifetime

  constructor(checkpoints: CheckpointStore, lifetime: Lifetime) {
    this.#checkpoints = checkpoints
    this.#lifetime = lifetime
  }

  async load(projection: string): Promise<number> {
    this.#lifetime.assertOpen()
    assertProjectionName(projection)
    return await this.#checkpoints.load(projection)
  }

  async move(projection: string, expected: number, position: number): Promise<boolean> {
    this.#lifetime.assertOpen()
    assertProjectionName(projection)
    assertPosition(expected, 'expected')
    assertPosition(position, 'position')
    return await this.#checkpoints.move(projection, expected, position)
  }

  async list(): ReturnType<CheckpointStore['list']> {
    this.#lifetime.assertOpen()
    return await this.#checkpoints.list()
  }
}

export class CheckedLeases implements LeaseStore {
  readonly #leases: EngineLeases
  readonly #lifetime: Lifetime

  constructor(leases: EngineLeases, lifetime: Lifetime) {
    this.#leases = leases
    this.#lifetime = lifetime
  }

  async acquire(name: string, owner: string, terms: LeaseTerms): Promise<Lease | undefined> {
    this.#assert(name, owner)
    return await this.#leases.acquire(name, owner, encodeTerms(terms))
  }

  async renew(lease: Lease, terms: LeaseTerms): Promise<boolean> {
    this.#assert(lease.name, lease.owner)
    return await this.#leases.renew(lease, encodeTerms(terms))
  }

  async release(lease: Lease, note?: unknown): Promise<void> {
    this.#assert(lease.name, lease.owner)
    await this.#leases.release(lease, encodeNote(note))
  }

  async list(): Promise<readonly LeaseInfo[]> {
    this.#lifetime.assertOpen()
    return await this.#leases.list()
  }

  #assert(name: string, owner: string): void {
    this.#lifetime.assertOpen()
    assertLeaseName(name, owner)
  }
}

function encodeTerms(terms: LeaseTerms): EncodedTerms {
  assertLeaseTerms(terms)
  return { durationMs: terms.durationMs, note: encodeNote(terms.note) }
}

export class CheckedCommands implements CommandStore {
  readonly #commands: CommandStore
  readonly #lifetime: Lifetime

  constructor(commands: CommandStore, lifetime: Lifetime) {
    this.#commands = commands
    this.#lifetime = lifetime
  }

  async find(id: string): Promise<CommandRecord | undefined> {
    this.#lifetime.assertOpen()
    assertCommandId(id)
    return await this.#commands.find(id)
  }

  async prune(options: PruneCommandsOptions): Promise<number> {
    this.#lifetime.assertOpen()
    assertPruneCommandsOptions(options)
    return await this.#commands.prune(options)
  }
}
