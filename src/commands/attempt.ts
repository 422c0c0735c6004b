/** One attempt at a command: decide on what is loaded, and append at the versions that were loaded. */
import { applyTo, isRejection, isSnapshotDue, type Loaded, saveSnapshot } from '../aggregates/index.ts'
import { isDaybookError } from '../errors/index.ts'
import type { NewEvent, RecordedEvent } from '../events/index.ts'
import type { Appended, AppendRequest, EventLog, ExpectedVersion } from '../store/index.ts'
import { toAccepted, toRecord, toRepeated } from './answer.ts'
import { appendOnce, recordRejection } from './append.ts'
import type { Background } from './background.ts'
import { type Decision, decide } from './decide.ts'
import type { Execution } from './execution.ts'
import { withMetadata } from './metadata.ts'
import type { Recents } from './recents.ts'
import type { CommandResult, Conflict } from './result.ts'

export interface Attempt {
  readonly log: EventLog
  readonly background: Background
  readonly recents: Recents
  readonly execution: Execution
  /** By participant. */
  readonly loaded: readonly Loaded<unknown>[]
}

/** What comes of a command by what is loaded: a stream that is not where the caller said, or what the rule decides. */
export type Judgement = { readonly unexpected: Conflict } | { readonly decision: Decision }

export function judge(execution: Execution, loaded: readonly Loaded<unknown>[]): Judgement {
  const unexpected = findUnexpected(execution, loaded)
  return unexpected === undefined ? { decision: decide(execution, loaded) } : { unexpected }
}

/** Does the judgement end in an append at the loaded versions, which fails where they are out of date? */
export function isVerifiedByAppend(judgement: Judgement): boolean {
  if ('unexpected' in judgement || isRejection(judgement.decision)) return false
  return judgement.decision.some((events) => events.length > 0)
}

/** A conflict's `retryAfterMs` is for the caller of this to fill in. */
export async function attempt(attempting: Attempt, judgement: Judgement): Promise<CommandResult> {
  if ('unexpected' in judgement) return await answerUnexpected(attempting, judgement.unexpected)
  if (isRejection(judgement.decision))
    return await recordRejection(attempting.log, attempting.execution, judgement.decision)
  return await recordEvents(attempting, judgement.decision)
}

/** The participant whose stream is not where the caller said. */
function findUnexpected({ participants }: Execution, loaded: readonly Loaded<unknown>[]): Conflict | undefined {
  for (const [place, { stream, expected }] of participants.entries()) {
    const actual = loaded[place]?.version ?? 0
    if (!isMet(expected, actual)) return toConflict(stream, expected, actual)
  }
  return undefined
}

function isMet(expected: ExpectedVersion, actual: number): boolean {
  if (expected === 'any') return true
  if (expected === 'exists') return actual > 0
  return actual === (expected === 'none' ? 0 : expected)
}

function toConflict(stream: string, expected: ExpectedVersion, actual: number): Conflict {
  return { status: 'conflict', stream, expected, actual, retryAfterMs: 0 }
}

/** A repeat meets the version that it brought about itself, so an earlier record is looked for before the answer. */
async function answerUnexpected({ log, execution }: Attempt, unexpected: Conflict): Promise<CommandResult> {
  const earlier = execution.identity === undefined ? undefined : await log.commands.find(execution.identity.id)
  return earlier === undefined ? unexpected : await toRepeated(log, execution, earlier)
}

async function recordEvents(attempting: Attempt, decided: readonly (readonly NewEvent[])[]): Promise<CommandResult> {
  const { log, execution, loaded } = attempting
  const versions = loaded.map(({ version }, place) => [version, version + (decided[place]?.length ?? 0)] as const)
  const decidedAt = Math.max(...loaded.map(({ position }) => position))
  const record = toRecord(execution, { status: 'accepted', versions, decidedAt })
  const isNothing = decided.every((events) => events.length === 0)
  const request = { ...(isNothing ? { streams: [] } : toRequest(attempting, decided)), ...record }
  const isRecorded = !isNothing || execution.identity !== undefined
  const appended = isRecorded ? await appendOrConflict(attempting, request) : undefined
  if (appended !== undefined && 'status' in appended) return appended
  if (appended?.earlierCommand !== undefined) return await toRepeated(log, execution, appended.earlierCommand)
  const events = appended?.events ?? []
  keepStates(attempting, events)
  return toAccepted(execution.participants, {
    versions: versions.map(([, after]) => after),
    position: events.at(-1)?.position ?? decidedAt,
    events,
    repeated: false,
  })
}

/** Every stream that the rule has seen is held to its version, also one that gets no event. */
function toRequest({ execution, loaded }: Attempt, decided: readonly (readonly NewEvent[])[]): AppendRequest {
  const all = execution.participants.map(({ stream }, place) => ({
    stream,
    expectedVersion: loaded[place]?.version ?? 0,
    events: (decided[place] ?? []).map((event) => withMetadata(execution, event)),
  }))
  return {
    streams: all.filter(({ events }) => events.length > 0),
    conditions: all
      .filter(({ events }) => events.length === 0)
      .map(({ stream, expectedVersion }) => ({ stream, expectedVersion })),
  }
}

async function appendOrConflict({ log, execution }: Attempt, request: AppendRequest): Promise<Appended | Conflict> {
  try {
    return await appendOnce(log, execution, request)
  } catch (error) {
    if (!isDaybookError(error, 'version-conflict')) throw error
    const { stream, expected, actual } = error.details
    return toConflict(stream, expected, actual)
  }
}

/** Of each participant: for the next command, and now and then as a snapshot. */
function keepStates({ log, background, recents, execution, loaded }: Attempt, events: readonly RecordedEvent[]): void {
  for (const [place, { definition, stream }] of execution.participants.entries()) {
    const before = loaded[place]
    if (before === undefined) continue
    const own = events.filter((event) => event.stream.name === stream)
    const version = before.version + own.length
    const isDue = own.length > 0 && isSnapshotDue(definition, before.snapshotVersion, version)
    recents.keep(definition, stream, isDue ? { ...before, snapshotVersion: version } : before, own)
    if (isDue) background.run(() => saveSnapshot(log, definition, stream, applyTo(definition, before, own)))
  }
}
