import { assertSynchronous, brokenDefinition, type RecordedEvent } from '../events/index.ts'

export type EvolveByType<State> = Readonly<Record<string, (state: State, data: unknown, event: RecordedEvent) => State>>

/** The state after one more event. @throws `broken-definition` when it is none */
export function evolveBy<State>(
  definition: string,
  evolve: EvolveByType<State>,
  before: State,
  event: RecordedEvent,
): State {
  const next = evolve[event.type]?.(before, event.data, event)
  assertSynchronous(next, definition, `evolves ${event.type}`)
  if (next === undefined) throw brokenDefinition(definition, `gives no state after ${event.type}`)
  return next
}
