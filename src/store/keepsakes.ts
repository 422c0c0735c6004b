/** The port, continued: what a log keeps beside its events, and each engine with it. */

/** Caches of aggregate states. Every entry may be deleted at any time. */
export interface SnapshotStore {
  load(key: SnapshotKey): Promise<Snapshot | undefined>
  /** Keeps the snapshot, unless one of a later version is there. */
  save(key: SnapshotKey, snapshot: Snapshot): Promise<void>
  /** Deletes those of one stream, or all. */
  clear(stream?: string): Promise<void>
}

export interface SnapshotKey {
  readonly stream: string
  /** The name of the definition that made the state. */
  readonly definition: string
  /** Tells two states of that definition apart, so that neither of two releases at work reads the other's. */
  readonly fingerprint: string
}

export interface Snapshot {
  /** The stream's version that the state includes. */
  readonly version: number
  /** JSON. */
  readonly state: unknown
}

export interface CheckpointStore {
  /** 0 when there is none. */
  load(projection: string): Promise<number>
  /**
   * Moves the checkpoint from `expected` to `position`. False, and nothing moved, when it stands elsewhere:
   * another instance has been at work.
   */
  move(projection: string, expected: number, position: number): Promise<boolean>
  list(): Promise<readonly { readonly projection: string; readonly position: number }[]>
}

/**
 * Who of several processes does what only one should do at a time. A lease runs out by the clock of the server, which
 * all share, and never by that of a client. It keeps nobody from writing: whoever holds one must also fence what it
 * writes, by the lease's token or by a checkpoint, as a process may sleep through the end of its lease.
 */
export interface LeaseStore {
  /**
   * Undefined while somebody else holds it. The holder itself gets it again with the same token, and longer.
   * @throws `invalid-argument` for a bad name, or a duration that is not from 1 ms to a day
   */
  acquire(name: string, owner: string, terms: LeaseTerms): Promise<Lease | undefined>
  /** False when it ran out or another has it: then it is lost, and has to be acquired. */
  renew(lease: Lease, terms: LeaseTerms): Promise<boolean>
  /** Ends it, unless it is lost already. Its last note stays. */
  release(lease: Lease, note?: unknown): Promise<void>
  /** Every lease that ever was, by name: also those that have run out, with their last notes. */
  list(): Promise<readonly LeaseInfo[]>
}

export interface LeaseTerms {
  readonly durationMs: number
  /** What the holder is doing: JSON for whoever lists leases. The one before is kept when absent. */
  readonly note?: unknown
}

export interface Lease {
  readonly name: string
  /** A name that no other process has. */
  readonly owner: string
  /** Grows with each change of holder. */
  readonly token: number
}

export interface LeaseInfo extends Lease {
  /** By the server's clock; 0 or less when nobody holds it. */
  readonly expiresInMs: number
  /** Null when none was ever left. */
  readonly note: unknown
  /** When it was last acquired, renewed or released, by the server's clock. */
  readonly updatedAt: Date
}

/** What is kept of a command beside its events, in the same transaction. */
export interface CommandRecord {
  /** At most 255 characters. */
  readonly id: string
  /** Tells a repeat from another command that took the same id. */
  readonly digest: string
  /** JSON; what a repeat is answered with. */
  readonly result: unknown
}

/** The records of commands that had an id. */
export interface CommandStore {
  /** The record of the command with this id, unless it was never executed or has been pruned. */
  find(id: string): Promise<CommandRecord | undefined>
  /**
   * Forgets the oldest of the commands that were recorded before a time, at most `limit` of them: a repeat of one is a
   * new command then. Their events stay. Gives how many it has forgotten; fewer than `limit` when there are no more.
   */
  prune(options: PruneCommandsOptions): Promise<number>
}

export interface PruneCommandsOptions {
  readonly before: Date
  /** From 1 to 10,000; it bounds how long one call is at work. */
  readonly limit: number
}
