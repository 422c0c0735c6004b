/** Definitions that are read together: by an aggregate, a read model, a reader. */
import { DaybookError } from '../errors/index.ts'
import type { AnyEventDefinition, RecordedOf, Source } from './any-event.ts'
import type { RecordedEvent } from './recorded-event.ts'
import { readFrom } from './sources.ts'

/**
 * The types that events of the definitions are stored under: their own, those they had before, those of retired events
 * that they are a part of. Whoever asks a log for types asks for these.
 */
export function storedTypes(definitions: readonly AnyEventDefinition[]): readonly string[] {
  return [...new Set(definitions.flatMap(({ sources }) => sources.map(({ type }) => type)))]
}

/**
 * From a stored event to the events of today that it gives: as a rule one; several or none where it is split; none where
 * it is dropped from view. The function it gives throws `unreadable-event` for an event of none of the definitions.
 * @throws `invalid-argument` when two of the definitions have the same type, or read the same stored events
 */
export function toRead<Definition extends AnyEventDefinition>(
  definitions: readonly Definition[],
): (recorded: RecordedEvent) => readonly RecordedOf<Definition>[] {
  assertDistinct(definitions)
  const byType = new Map<string, readonly Source[]>()
  for (const { source } of inOrder(definitions)) byType.set(source.type, [...(byType.get(source.type) ?? []), source])
  // A definition's own `read` has this type; the map forgets which of the definitions it is.
  return (recorded) => readFrom(byType.get(recorded.type) ?? [], recorded) as readonly RecordedOf<Definition>[]
}

interface Reading {
  readonly definition: AnyEventDefinition
  readonly source: Source
}

/** The parts of a retired event in the order that it names them in. */
function inOrder(definitions: readonly AnyEventDefinition[]): readonly Reading[] {
  const place = ({ definition, source }: Reading) => source.retired?.into.indexOf(definition.type) ?? 0
  return toReadings(definitions).sort((one, other) => place(one) - place(other))
}

function toReadings(definitions: readonly AnyEventDefinition[]): Reading[] {
  return definitions.flatMap((definition) => definition.sources.map((source) => ({ definition, source })))
}

function assertDistinct(definitions: readonly AnyEventDefinition[]): void {
  const types = definitions.filter(({ isRetired }) => !isRetired).map(({ type }) => type)
  const twice = types.find((type, place) => types.indexOf(type) !== place)
  if (twice !== undefined) throw invalidEvents(`hold two definitions of the type ${twice}`, 'Give each type once.')
  const readings = toReadings(definitions)
  for (const [place, one] of readings.entries()) {
    const other = readings.slice(0, place).find((each) => isOverlap(each.source, one.source))
    if (other === undefined) continue
    const names = `${other.definition.type} and ${one.definition.type}`
    throw invalidEvents(`hold two definitions, ${names}, that read ${one.source.type}`, 'Leave it to one of them.')
  }
}

function isOverlap(one: Source, other: Source): boolean {
  if (one.type !== other.type || one.oldest > other.newest || other.oldest > one.newest) return false
  return one.retired === undefined || one.retired !== other.retired
}

/**
 * For who sees all events of a stream: of a retired event that is read, every part must be.
 * @throws `invalid-argument`
 */
export function assertWhole(definitions: readonly AnyEventDefinition[]): void {
  const readings = toReadings(definitions)
  for (const { source } of readings) {
    const { retired } = source
    const isRead = (type: string) =>
      readings.some((each) => each.definition.type === type && each.source.retired === retired)
    const missing = retired?.into.find((type) => !isRead(type))
    if (missing === undefined) continue
    throw invalidEvents(`read ${retired?.type}, a part of which is ${missing}, and do not hold ${missing}`, 'Add it.')
  }
}

function invalidEvents(problem: string, advice: string): DaybookError {
  return new DaybookError('invalid-argument', `The events ${problem}. ${advice}`, { argument: 'events', problem })
}
