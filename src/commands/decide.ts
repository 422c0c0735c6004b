/** Asks the rule, and holds it to its contract. */
import { type AnyAggregate, isRejection, type Loaded, type Rejection, watchRejections } from '../aggregates/index.ts'
import { isDaybookError } from '../errors/index.ts'
import { type AnyEventDefinition, assertSynchronous, brokenDefinition, type NewEvent } from '../events/index.ts'
import { type Execution, nameOf, type Participant } from './execution.ts'

/** A rejection, or the new events of each participant, in the participants' order. */
export type Decision = Rejection | readonly (readonly NewEvent[])[]

/** @throws `broken-definition` when the rule gives what it must not give */
export function decide(execution: Execution, loaded: readonly Loaded<unknown>[]): Decision {
  const { command, participants } = execution
  const decision = askRule(execution, () => ask(execution, loaded))
  if (isRejection(decision)) return decision
  if ('aggregate' in command) return [toEvents(execution, command.aggregate, decision)]
  const byPart: Readonly<Record<string, unknown>> = toParts(execution, decision)
  return participants.map(({ part, definition }) => toEvents(execution, definition, byPart[part ?? '']))
}

/**
 * What the rule says.
 * @throws `broken-definition` when it throws, does not answer at once, or makes a rejection and does not give it; what
 *   Daybook itself throws in it as it is
 */
export function askRule(execution: Execution, rule: () => unknown): unknown {
  const { given: decision, made } = watchRejections(() => runPurely(execution, 'decides', rule))
  assertSynchronous(decision, nameOf(execution), 'decides')
  if (made !== undefined && !isRejection(decision)) {
    throw brokenDefinition(nameOf(execution), `makes the rejection ${made}, and does not return it`)
  }
  return decision
}

/** @throws `broken-definition` when the function throws; what Daybook itself throws in it as it is */
export function runPurely<T>(execution: Execution, does: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (isDaybookError(error)) throw error
    throw brokenDefinition(nameOf(execution), `${does} by throwing ${toText(error)}; ${HINT}`, { cause: error })
  }
}

const HINT = 'a rule rejects what must not happen, and leaves the state that it is given as it is'

function toText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function ask({ command, participants, input, circumstances }: Execution, loaded: readonly Loaded<unknown>[]): unknown {
  if ('aggregate' in command) {
    const [{ id, stream }] = participants as readonly [Participant]
    return command.decide(loaded[0]?.state, input, { ...circumstances, id, stream })
  }
  if ('within' in command) throw new Error('Invariant: a command within boundaries has a way of its own.')
  const byPart = <T>(pick: (participant: Participant, place: number) => T) =>
    Object.fromEntries(participants.map((participant, place) => [participant.part, pick(participant, place)]))
  const states = byPart((_, place) => loaded[place]?.state)
  const context = { ...circumstances, ids: byPart(({ id }) => id), streams: byPart(({ stream }) => stream) }
  return command.decide(states, input, context)
}

function toParts(execution: Execution, decision: unknown): Readonly<Record<string, unknown>> {
  if (decision === undefined) return {}
  const known = new Set(execution.participants.map(({ part }) => part))
  const isParts =
    typeof decision === 'object' && decision !== null && Object.keys(decision).every((key) => known.has(key))
  if (isParts) return decision as Readonly<Record<string, unknown>>
  const parts = [...known].join(', ')
  throw brokenDefinition(
    nameOf(execution),
    `decides on something else than events for its parts (${parts}) or a rejection`,
  )
}

function toEvents(execution: Execution, aggregate: AnyAggregate, decided: unknown): readonly NewEvent[] {
  if (decided === undefined) return []
  const events: readonly unknown[] = Array.isArray(decided) ? decided : [decided]
  for (const event of events) assertOwnEvent(execution, { owner: aggregate.name, definitions: aggregate.events }, event)
  return events as readonly NewEvent[]
}

/** Where a decided event must be defined. */
export interface Definitions {
  /** For messages. */
  readonly owner: string
  readonly definitions: readonly AnyEventDefinition[]
}

/** @throws `broken-definition` for an event of another owner, or one that was not made with its definition */
export function assertOwnEvent(execution: Execution, { owner, definitions }: Definitions, event: unknown): void {
  const { type, schemaVersion } = (typeof event === 'object' && event !== null ? event : {}) as Partial<NewEvent>
  const ofType = definitions.filter((each) => each.type === type && !each.isRetired)
  if (ofType.length === 0) {
    throw brokenDefinition(nameOf(execution), `decides on ${String(type)}, which is no event of ${owner}`)
  }
  if (!ofType.some((definition) => definition.schemaVersion === schemaVersion)) {
    throw brokenDefinition(nameOf(execution), `makes ${type} by hand; make it with its definition`)
  }
}
