/**
 * A command within boundaries: decided on what carries their tags, and appended unless anything that they cover has been
 * recorded since.
 */
import { type AnyBoundaryOf, isRejection, look, type Seen } from '../aggregates/index.ts'
import { isDaybookError } from '../errors/index.ts'
import { brokenDefinition, type NewEvent, newEventId, storedTypes } from '../events/index.ts'
import type { Appended, AppendRequest, Boundary } from '../store/index.ts'
import { toAcceptedWithin, toRecord, toRepeated } from './answer.ts'
import { appendOnce, recordRejection } from './append.ts'
import type { ExecuteContext } from './context.ts'
import { runPurely } from './decide.ts'
import { decideWithin, type Placed } from './decide-within.ts'
import { type ExecutionWithin, nameOf } from './execution.ts'
import { withMetadata } from './metadata.ts'
import type { BoundaryConflict, CommandResult } from './result.ts'
import type { Attempting } from './retry.ts'

export function withinBoundaries({ log, recentBoundaries }: ExecuteContext, execution: ExecutionWithin): Attempting {
  const byPart = askWhich(execution)
  const boundaries = Object.values(byPart)
  const { signal } = execution.options
  const attempt = async (): Promise<CommandResult> => {
    const seen = await look(
      { log, boundaries, signal },
      boundaries.map((of) => recentBoundaries.find(of)),
    )
    for (const [place, of] of boundaries.entries()) recentBoundaries.keep(of, seen[place] as Seen)
    const decision = decideWithin(execution, byPart, seen)
    if (isRejection(decision)) return await recordRejection(log, execution, decision)
    return await recordEvents({ log, execution, boundaries, seen }, decision)
  }
  return { lanes: [...new Set(boundaries.map(toLane))], attempt }
}

/** Whatever its types, what is recorded with the same tags is likely to be met. No stream has such a name. */
function toLane({ boundary, tags }: AnyBoundaryOf): string {
  return JSON.stringify(tags.length === 0 ? boundary.events.map(({ type }) => type) : tags)
}

/** @throws `broken-definition` */
export function askWhich(execution: ExecutionWithin): Readonly<Record<string, AnyBoundaryOf>> {
  const { command, input } = execution
  const byPart: unknown = runPurely(execution, 'says what it is within', () => command.within(input))
  const isRight = typeof byPart === 'object' && byPart !== null && Object.keys(byPart).length > 0
  if (isRight && Object.values(byPart).every(isBoundaryOf)) return byPart as Readonly<Record<string, AnyBoundaryOf>>
  throw brokenDefinition(nameOf(execution), 'is within something else than boundaries, each with its part')
}

function isBoundaryOf(value: unknown): value is AnyBoundaryOf {
  return typeof value === 'object' && value !== null && 'boundary' in value && 'tags' in value
}

interface Recording extends Pick<ExecuteContext, 'log'> {
  readonly execution: ExecutionWithin
  readonly boundaries: readonly AnyBoundaryOf[]
  /** By boundary. */
  readonly seen: readonly Seen[]
}

async function recordEvents({ log, execution, boundaries, seen }: Recording, decided: Placed): Promise<CommandResult> {
  const streams = decided.map(({ stream, events }) => ({
    stream,
    events: events.map((event) => made(execution, event)),
  }))
  const eventIds = streams.flatMap(({ events }) => events.flatMap(({ id }) => id ?? []))
  const decidedAt = Math.max(...seen.map(({ position }) => position))
  const record = toRecord(execution, { status: 'accepted', eventIds, decidedAt })
  const isNothing = streams.length === 0
  if (isNothing && execution.identity === undefined) return toAcceptedWithin(decidedAt, [])
  const unless = isNothing ? [] : boundaries.map((of, place) => toUnless(of, seen[place] as Seen))
  const appended = await appendOrConflict({ log, execution }, { streams, unless, ...record })
  if ('status' in appended) return appended
  if (appended.earlierCommand !== undefined) return await toRepeated(log, execution, appended.earlierCommand)
  return toAcceptedWithin(decidedAt, appended.events)
}

/** A repeat finds the events by their ids, as nobody knows at which versions they will be. */
function made(execution: ExecutionWithin, event: NewEvent): NewEvent {
  const id = event.id ?? (execution.identity === undefined ? undefined : newEventId())
  return { ...withMetadata(execution, event), ...(id === undefined ? {} : { id }) }
}

function toUnless({ boundary, tags }: AnyBoundaryOf, { upTo }: Seen): Boundary {
  return { types: storedTypes(boundary.events), tags, after: upTo }
}

async function appendOrConflict(
  { log, execution }: Pick<Recording, 'log' | 'execution'>,
  request: AppendRequest,
): Promise<Appended | BoundaryConflict> {
  try {
    return await appendOnce(log, execution, request)
  } catch (error) {
    if (!isDaybookError(error, 'boundary-conflict')) throw error
    const { after, position } = error.details
    return { status: 'conflict', after, position, retryAfterMs: 0 }
  }
}
