import type { RecordedEvent } from '../events/index.ts'
import type { AnyAggregate, StateOf } from './any-aggregate.ts'

/**
 * The state after the events, from the state before them: `fold(a ++ b) = fold(b)` from `fold(a)`.
 *
 * @param events Of one stream, in order, as they are stored.
 * @param from The aggregate's initial state when absent.
 * @throws `unreadable-event`, `broken-definition`
 */
export function fold<Definition extends AnyAggregate>(
  definition: Definition,
  events: Iterable<RecordedEvent>,
  from: StateOf<Definition> = definition.initial,
): StateOf<Definition> {
  let state: unknown = from
  for (const event of events) state = definition.apply(state, event)
  // `apply` gives the state of the definition that it belongs to.
  return state as StateOf<Definition>
}
