/**
 * Results, and what is kept of them beside a command's id. The record is written in the append's own transaction, when
 * positions are not yet known; so it says at which versions the events are, and a repeat reads them there.
 */
import type { Rejection } from '../aggregates/index.ts'
import { DaybookError } from '../errors/index.ts'
import { dropUndefined, type RecordedEvent, storedTypes } from '../events/index.ts'
import type { CommandRecord, EventLog } from '../store/index.ts'
import type { Execution, Participant } from './execution.ts'
import type { CommandResult } from './result.ts'

/** What is kept of a result. */
export type KeptResult = KeptAccepted | KeptAcceptedWithin | KeptRejected

interface KeptAccepted {
  readonly status: 'accepted'
  /** By participant: the stream's version before and after the events. */
  readonly versions: readonly (readonly [before: number, after: number])[]
  /** Of the last event that the decision was made on. */
  readonly decidedAt: number
}

interface KeptAcceptedWithin {
  readonly status: 'accepted'
  readonly eventIds: readonly string[]
  readonly decidedAt: number
}

interface KeptRejected {
  readonly status: 'rejected'
  readonly reason: string
  readonly details?: unknown
}

/** The correlation id leads from the command's id to what belongs to it. */
export function toRecord(
  { identity, circumstances: { correlationId } }: Execution,
  result: KeptResult,
): { command?: CommandRecord } {
  if (identity === undefined) return {}
  return { command: { ...identity, result: dropUndefined({ ...result, correlationId }) } }
}

export function toRejected(
  rejection: Pick<Rejection, 'reason'> & { readonly details?: unknown },
  repeated = false,
): CommandResult {
  const { reason, details } = rejection
  return { status: 'rejected', reason, details: dropUndefined(details), repeated }
}

export interface Acceptance {
  /** By participant: its stream's version now. */
  readonly versions: readonly number[]
  readonly position: number
  readonly events: readonly RecordedEvent[]
  readonly repeated: boolean
}

export function toAccepted(participants: readonly Participant[], { versions, ...recorded }: Acceptance): CommandResult {
  const [first, ...others] = participants
  if (first?.part === undefined && others.length === 0) {
    return { status: 'accepted', version: versions[0] ?? 0, ...recorded }
  }
  const byPart = participants.map(({ part }, place) => [part, versions[place] ?? 0] as const)
  return { status: 'accepted', versions: Object.fromEntries(byPart), ...recorded }
}

export function toAcceptedWithin(decidedAt: number, events: readonly RecordedEvent[], repeated = false): CommandResult {
  const versions = Object.fromEntries(events.map(({ stream, version }) => [stream.name, version]))
  return { status: 'accepted', versions, position: events.at(-1)?.position ?? decidedAt, events, repeated }
}

/**
 * The first one's result, for a command that was executed before.
 * @throws `command-id-reused` when it was another command, or had other input
 */
export async function toRepeated(log: EventLog, execution: Execution, earlier: CommandRecord): Promise<CommandResult> {
  if (earlier.digest !== execution.identity?.digest) throw commandIdReused(log, execution.command.name, earlier.id)
  // Only commands write records, and the digest says that this one did.
  const kept = earlier.result as KeptResult
  if (kept.status === 'rejected') return toRejected(kept, true)
  if ('eventIds' in kept) return await toRepeatedWithin(log, execution, kept)
  const read = kept.versions.map((versions, place) => readBetween(log, execution.participants[place], versions))
  const events = (await Promise.all(read)).flat().sort((a, b) => a.position - b.position)
  return toAccepted(execution.participants, {
    versions: kept.versions.map(([, after]) => after),
    position: events.at(-1)?.position ?? kept.decidedAt,
    events,
    repeated: true,
  })
}

async function readBetween(
  log: EventLog,
  participant: Participant | undefined,
  [before, after]: readonly [number, number],
): Promise<RecordedEvent[]> {
  if (participant === undefined || after === before) return []
  const { stream, definition } = participant
  const events = await log.readStream(stream, { fromVersion: before + 1, toVersion: after }).toArray()
  return events.flatMap((event) => definition.read(event))
}

async function toRepeatedWithin(
  log: EventLog,
  { command, input }: Execution,
  { eventIds, decidedAt }: KeptAcceptedWithin,
): Promise<CommandResult> {
  const events = await readByIds(log, eventIds)
  const within = 'within' in command ? Object.values(command.within(input)) : []
  const lifted = events.flatMap((event) => {
    const of = within.find(({ boundary }) => storedTypes(boundary.events).includes(event.type))
    // What none of the boundaries covers is given as it is stored.
    return of?.boundary.read(event) ?? [event]
  })
  return toAcceptedWithin(decidedAt, lifted, true)
}

/** As many as one filter takes. */
const IDS_AT_A_TIME = 100

async function readByIds(log: EventLog, ids: readonly string[]): Promise<RecordedEvent[]> {
  const found: RecordedEvent[] = []
  for (let from = 0; from < ids.length; from += IDS_AT_A_TIME) {
    found.push(...(await log.read({ ids: ids.slice(from, from + IDS_AT_A_TIME) }).toArray()))
  }
  return found
}

function commandIdReused(log: EventLog, command: string, commandId: string): DaybookError {
  const message =
    `The command id ${commandId} was used in log ${log.name} before, for another command than this ${command} or with ` +
    'other input. Nothing was written. Give each command an id of its own, and a repeat exactly the same input.'
  return new DaybookError('command-id-reused', message, { log: log.name, commandId })
}
