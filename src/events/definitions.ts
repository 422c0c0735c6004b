import { DaybookError } from '../errors/index.ts'
import { type AnyEventDefinition, type RecordedOf, unreadableEvent } from './event.ts'
import type { RecordedEvent } from './recorded-event.ts'

/**
 * From a stored event to today's shape, for the given definitions. The function it gives throws `unreadable-event` for
 * an event of none of them.
 * @throws `invalid-argument` when two of the definitions have the same type
 */
export function toUpcast<Definition extends AnyEventDefinition>(
  definitions: readonly Definition[],
): (recorded: RecordedEvent) => RecordedOf<Definition> {
  const byType = new Map(definitions.map((definition) => [definition.type, definition]))
  if (byType.size !== definitions.length) throw typeGivenTwice(definitions)
  return (recorded) => {
    const definition = byType.get(recorded.type)
    if (definition === undefined) throw unreadableEvent(recorded, 0)
    // A definition's own `upcast` has this type; the map forgets which of the definitions it is.
    return definition.upcast(recorded) as RecordedOf<Definition>
  }
}

function typeGivenTwice(definitions: readonly AnyEventDefinition[]): DaybookError {
  const types = definitions.map(({ type }) => type)
  const twice = types.find((type, place) => types.indexOf(type) !== place)
  const problem = `hold two definitions of the type ${twice}`
  return new DaybookError('invalid-argument', `The events ${problem}. Give each type once.`, {
    argument: 'events',
    problem,
  })
}
