/** Asks the rule, and holds it to its contract. */
import { type AnyAggregate, isRejection, type Loaded, type Rejection } from '../aggregates/index.ts'
import { assertSynchronous, brokenDefinition, type NewEvent } from '../events/index.ts'
import type { Execution, Participant } from './execution.ts'

/** A rejection, or the new events of each participant, in the participants' order. */
export type Decision = Rejection | readonly (readonly NewEvent[])[]

/** @throws `broken-definition` when the rule gives what it must not give */
export function decide(execution: Execution, loaded: readonly Loaded<unknown>[]): Decision {
  const { command, participants } = execution
  const decision = ask(execution, loaded)
  assertSynchronous(decision, nameOf(execution), 'decides')
  if (isRejection(decision)) return decision
  if ('aggregate' in command) return [toEvents(execution, command.aggregate, decision)]
  const byPart: Readonly<Record<string, unknown>> = toParts(execution, decision)
  return participants.map(({ part, definition }) => toEvents(execution, definition, byPart[part ?? '']))
}

function ask({ command, participants, input, circumstances }: Execution, loaded: readonly Loaded<unknown>[]): unknown {
  if ('aggregate' in command) {
    const [{ id, stream }] = participants as readonly [Participant]
    return command.decide(loaded[0]?.state, input, { ...circumstances, id, stream })
  }
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
  for (const event of events) assertOwnEvent(execution, aggregate, event)
  return events as readonly NewEvent[]
}

function assertOwnEvent(execution: Execution, aggregate: AnyAggregate, event: unknown): void {
  const { type, schemaVersion } = (typeof event === 'object' && event !== null ? event : {}) as Partial<NewEvent>
  const definition = aggregate.events.find((each) => each.type === type)
  if (definition === undefined) {
    throw brokenDefinition(nameOf(execution), `decides on ${String(type)}, which is no event of ${aggregate.name}`)
  }
  if (definition.schemaVersion !== schemaVersion) {
    throw brokenDefinition(nameOf(execution), `makes ${type} by hand; make it with its definition`)
  }
}

function nameOf({ command }: Execution): string {
  return `The command ${command.name}`
}
