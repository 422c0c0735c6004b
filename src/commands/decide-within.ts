/** Asks the rule of a command within boundaries, and holds it to its contract. */
import {
  type AnyBoundaryOf,
  type InStream,
  type InStreamOf,
  isRejection,
  type Rejection,
  type Seen,
} from '../aggregates/index.ts'
import { brokenDefinition, type NewEvent } from '../events/index.ts'
import { askRule, assertOwnEvent } from './decide.ts'
import { type ExecutionWithin, nameOf } from './execution.ts'

/** New events, by their streams, each stream once. */
export type Placed = readonly InStream[]

type ByPart = Readonly<Record<string, AnyBoundaryOf>>

/** @throws `broken-definition` when the rule gives what it must not give */
export function decideWithin(execution: ExecutionWithin, byPart: ByPart, seen: readonly Seen[]): Rejection | Placed {
  const { command, input, circumstances } = execution
  const states = Object.fromEntries(Object.keys(byPart).map((part, place) => [part, seen[place]?.state]))
  const decision = askRule(execution, () => command.decide(states, input, circumstances))
  if (isRejection(decision)) return decision
  const decided: readonly unknown[] = Array.isArray(decision)
    ? decision
    : [decision].filter((each) => each !== undefined)
  const boundaries = Object.values(byPart)
  for (const placed of decided) assertPlaced(execution, boundaries, placed)
  return joinByStream(decided as readonly InStream[])
}

function assertPlaced(execution: ExecutionWithin, boundaries: readonly AnyBoundaryOf[], placed: unknown): void {
  if (!isInStream(placed)) {
    throw brokenDefinition(
      nameOf(execution),
      'decides on something else than inStream(…), several of them, or a rejection',
    )
  }
  const own = { owner: 'its boundaries', definitions: boundaries.flatMap(({ boundary }) => boundary.events) }
  const { aggregate } = placed
  const definitions = aggregate === undefined ? own : { owner: aggregate.name, definitions: aggregate.events }
  for (const event of placed.events) {
    assertOwnEvent(execution, definitions, event)
    assertSeen(execution, boundaries, event)
  }
}

function isInStream(value: unknown): value is InStream & Partial<InStreamOf> {
  if (typeof value !== 'object' || value === null) return false
  return 'stream' in value && typeof value.stream === 'string' && 'events' in value && Array.isArray(value.events)
}

/**
 * An event that a boundary looks for, and that lacks its tags, would be seen by nobody: the next execution would decide
 * as if it had never happened.
 */
function assertSeen(
  execution: ExecutionWithin,
  boundaries: readonly AnyBoundaryOf[],
  { type, tags = [] }: NewEvent,
): void {
  const looking = boundaries.filter(({ boundary }) => boundary.events.some((each) => each.type === type))
  const isSeen = looking.some((of) => of.tags.every((tag) => tags.includes(tag)))
  const [first] = looking
  if (first === undefined || isSeen) return
  const wanted = `the boundary ${first.boundary.name} looks for it by the tags ${first.tags.join(', ')}`
  const found = tags.length === 0 ? 'it carries none' : `it carries ${tags.join(', ')}`
  throw brokenDefinition(
    nameOf(execution),
    `decides on ${type}, and no boundary of it would see it: ${wanted}, and ${found}`,
  )
}

function joinByStream(decided: readonly InStream[]): Placed {
  const byStream = new Map<string, NewEvent[]>()
  for (const { stream, events } of decided) byStream.set(stream, [...(byStream.get(stream) ?? []), ...events])
  return [...byStream].map(([stream, events]) => ({ stream, events })).filter(({ events }) => events.length > 0)
}
