/** Checks of the names and values that are no events: logs, snapshots, checkpoints, commands. */
import { assertStreamName, findJsonProblem, findNameProblem } from '../events/index.ts'
import { assertPosition, MAX_COMMAND_ID_LENGTH, MAX_VERSION, refuse } from './append-request.ts'
import { assertTime } from './filter.ts'
import type { LeaseTerms, PruneCommandsOptions, Snapshot, SnapshotKey } from './keepsakes.ts'

/** What PostgreSQL allows for an identifier: a log's name may become one, as a notification's channel or a role. */
const MAX_LOG_NAME_LENGTH = 63
/** Definitions and projections are named by programmers; an index entry holds such a name beside a stream's. */
const MAX_DEFINITION_NAME_LENGTH = 255

/** @throws `invalid-argument` */
export function assertLogName(name: string): void {
  assertName(name, 'log', MAX_LOG_NAME_LENGTH)
}

/** @throws `invalid-argument` */
export function assertProjectionName(name: string): void {
  assertName(name, 'projection', MAX_DEFINITION_NAME_LENGTH)
}

/** @throws `invalid-argument` */
export function assertSnapshotKey(key: SnapshotKey): void {
  assertStreamName(key.stream)
  assertName(key.definition, 'definition', MAX_DEFINITION_NAME_LENGTH)
  assertName(key.fingerprint, 'fingerprint', MAX_DEFINITION_NAME_LENGTH)
}

/** A projection's name, and what kind of lease it is. */
const MAX_LEASE_NAME_LENGTH = 300
/** A day: what has to be held for longer wants another kind of lock. */
const LONGEST_LEASE_MS = 86_400_000

/** @throws `invalid-argument` */
export function assertLeaseName(name: string, owner: string): void {
  assertName(name, 'name', MAX_LEASE_NAME_LENGTH)
  assertName(owner, 'owner', MAX_DEFINITION_NAME_LENGTH)
}

/** @throws `invalid-argument` */
export function assertLeaseTerms({ durationMs }: LeaseTerms): void {
  if (!Number.isInteger(durationMs) || durationMs < 1 || durationMs > LONGEST_LEASE_MS)
    refuse('durationMs', `is ${durationMs}, and not a whole number from 1 to ${LONGEST_LEASE_MS}`)
}

/** A lease's note as JSON text; undefined when there is none. @throws `invalid-argument` */
export function encodeNote(note: unknown): string | undefined {
  if (note === undefined) return undefined
  const found = findJsonProblem(note, 'note')
  if (found !== undefined) refuse(found.path, found.problem)
  return JSON.stringify(note)
}

/** The snapshot's state as JSON text. @throws `invalid-argument` */
export function encodeSnapshot(snapshot: Snapshot): string {
  assertPosition(snapshot.version, 'snapshot.version')
  if (snapshot.version > MAX_VERSION) refuse('snapshot.version', `is ${snapshot.version}, more than ${MAX_VERSION}`)
  const found = findJsonProblem(snapshot.state, 'snapshot.state')
  if (found !== undefined) refuse(found.path, found.problem)
  return JSON.stringify(snapshot.state)
}

/** @throws `invalid-argument` */
export function assertCommandId(id: string): void {
  assertName(id, 'command.id', MAX_COMMAND_ID_LENGTH)
}

/** A call that forgets more would be at work, and hold its locks, for seconds. */
const MAX_PRUNED_AT_ONCE = 10_000

/** @throws `invalid-argument` */
export function assertPruneCommandsOptions({ before, limit }: PruneCommandsOptions): void {
  assertTime(before, 'before')
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PRUNED_AT_ONCE) return
  refuse('limit', `is ${String(limit)}; give a whole number from 1 to ${MAX_PRUNED_AT_ONCE}`)
}

function assertName(name: string, argument: string, maxLength: number): void {
  const problem = findNameProblem(name, maxLength)
  if (problem !== undefined) refuse(argument, problem)
}
