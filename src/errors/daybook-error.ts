/**
 * The one error type. What a caller can foresee is a value (a rejection, a conflict of a command);
 * what it could not is a DaybookError with a stable code from the table below. Callers recognise one by
 * `isDaybookError(error, code)`, never by `instanceof`: two copies of the package may be loaded at once.
 *
 * Every code has an entry in docs/errors.md; a test checks the two against each other.
 */

/** What each code carries in `error.details`. */
export interface DaybookErrorDetails {
  /** A stream is not at the version that the writer believed. Nothing was written. */
  'version-conflict': { log: string; stream: string; expected: number | 'none' | 'exists'; actual: number }
  /** An event that matches the `unless` boundary was recorded after the reader looked. Nothing was written. */
  'boundary-conflict': { log: string; after: number; position: number }
  /** An event (or its data, metadata, tags) cannot be recorded. `path` leads to the bad value. */
  'invalid-event': { path: string; problem: string; event?: number; type?: string }
  /** An effect's data is not what its schema takes, or no JSON. `path` leads to the bad value. */
  'invalid-effect': { effect: string; path: string; problem: string }
  /** An argument other than an event is wrong: a name, a version, an option. */
  'invalid-argument': { argument: string; problem: string }
  /** An event with this id stands in the log already, elsewhere than this append would put it. */
  'event-id-taken': { log: string; id?: string }
  /** The command id was used before, with other input. */
  'command-id-reused': { log: string; commandId: string }
  /** A hook that says who may do what failed, so that nobody was let in. */
  'authorisation-failed': { command: string; by: 'command' | 'daybook' }
  /** A stored event's type or schema version has no path to a shape that the code knows. */
  'unreadable-event': { type: string; schemaVersion: number; known: number; position?: number }
  /** A log holds events that the definitions given to `open` do not read. */
  'unreadable-log': { log: string; problems: readonly UnreadableEvents[] }
  /** A function of the definition (decide, evolve, an upcaster, a schema) broke its contract. */
  'broken-definition': { definition: string; problem: string; position?: number; path?: string }
  /** The engine does not have the capability that was asked for. */
  'not-supported': { engine: string; capability: string }
  /** The URL names no engine. */
  'unknown-engine': { url: string; known: readonly string[] }
  /** The engine's driver is not installed. */
  'missing-driver': { driver: string; install: string }
  /** The server cannot be reached, or was lost and did not come back in time. */
  'connection-lost': { engine: string; attempts: number }
  /** The server is there, and the store cannot use it. `reason` is what it, or the driver, said. */
  'access-refused': { engine: string; problem: 'login' | 'tls' | 'rights'; reason: string }
  /** The server was lost with an append under way: it may or may not be recorded. */
  'append-unconfirmed': { log: string; eventIds: readonly string[] }
  /** Another process has the embedded store's folder open. */
  'store-locked': { directory: string }
  /** The server is of a version on which the engine would not be safe. */
  'server-too-old': { engine: string; found: string; needed: string }
  /** The database was migrated by a newer Daybook than this one. */
  'store-newer': { found: number; known: number }
  /** The database needs migrations, and holds data, so they wait for the word. */
  'migration-needed': { found: number; known: number }
  /** A migration that the database has applied is not the one that this code has. */
  'migration-altered': { migration: string }
  /** An imported event is earlier than the last recorded one. */
  'import-out-of-order': { log: string; event: number; recordedAt: string; last: string }
  /** A line of an import is no event, or not one that can come next. */
  'invalid-line': { line: number; problem: string }
  /** The log to copy into does not hold the beginning of the log to copy from. Nothing was written. */
  'logs-differ': { stream: string; version: number; position: number }
  /** The server has no room left. Nothing was written. `reply` is what it said. */
  'store-full': { engine: string; reply: string }
  /** The server may lose what it acknowledges, and the caller asked that it does not. `risk` is the code of the warning. */
  'not-durable': { engine: string; risk: string }
  /** The thing was closed. */
  closed: { what: string }
  /** A projection, or a reactor, did not get to the position in time, or stopped. */
  'not-reached': { projection: string; position: number; checkpoint: number }
  /** A projection stopped because applying an event failed. */
  'projection-failed': { projection: string; position: number }
  /** The live rows were made by another definition than this one. */
  'rebuild-needed': { projection: string; found: string; expected: string }
  /** Another process, or another call, is rebuilding the read model. */
  'rebuild-under-way': { readModel: string }
  /** A projection, or a reactor, has applied more events than its log has: the log was restored, or is another one. */
  'checkpoint-ahead': { projection: string; checkpoint: number; head: number }
  /** An effect was tried as often as it may be, and is a dead letter. `effect` is absent where the reaction itself fails. */
  'effect-failed': { reactor: string; key: string; effect?: string; position: number; attempts: number }
  /** A reactor stopped because too many of its effects are dead letters. */
  'reactor-failed': { reactor: string; position: number }
  /** A reactor of this name is at work in this process. */
  'reactor-name-taken': { reactor: string }
  /** The rows of a projection were all deleted, and not by it. */
  'target-emptied': { projection: string; checkpoint: number }
  /** Another definition of this name is at work in this process. */
  'projection-name-taken': { projection: string }
  /** An event could not be applied to a key, whose events wait from now on. */
  'key-quarantined': { projection: string; key: string; position: number }
  /** The target cannot keep a row for what is in it; `key` where it says which. */
  'row-refused': { readModel: string; key?: string }
  /** A generation of a read model that was asked for is not there, or is not in the state that it must be in. */
  'generation-missing': { readModel: string }
  /** The server that holds a read model's rows answered with an error. */
  'target-refused': { target: string; status?: number; reason: string }
}

/** Stored events of one type and schema version that cannot be read. */
export interface UnreadableEvents {
  readonly type: string
  readonly schemaVersion: number
  /** How many are stored. */
  readonly events: number
  /** Of the first that cannot be read. */
  readonly position: number
  /** To the value that is refused, where one is. */
  readonly path?: string
  readonly message: string
}

export type DaybookErrorCode = keyof DaybookErrorDetails

export class DaybookError<Code extends DaybookErrorCode = DaybookErrorCode> extends Error {
  override readonly name = 'DaybookError'
  readonly code: Code
  readonly details: DaybookErrorDetails[Code]

  /** `message` says what happened, what was expected, what was found, and what to do next. */
  constructor(code: Code, message: string, details: DaybookErrorDetails[Code], options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** Is this a DaybookError, and of this code? Narrows `error.details`. */
export function isDaybookError<Code extends DaybookErrorCode = DaybookErrorCode>(
  error: unknown,
  code?: Code,
): error is DaybookError<Code> {
  if (!(error instanceof Error) || error.name !== 'DaybookError' || !('code' in error)) return false
  return code === undefined || error.code === code
}
