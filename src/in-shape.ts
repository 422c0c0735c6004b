/** Reading with definitions: which stored types are asked for, and what comes of them in today's shape. */
import type { EventsOf } from './daybook-interface.ts'
import { type AnyEventDefinition, storedTypes, toRead } from './events/index.ts'
import { type Direction, type EventFilter, type EventReader, refuse, upcastReader } from './store/index.ts'

/** The definitions of the types that are asked for. */
export function ofTypes({ types }: EventFilter, events: readonly AnyEventDefinition[] | undefined) {
  if (events === undefined) return undefined
  const wanted = types === undefined ? events : events.filter(({ type }) => types.includes(type))
  if (wanted.length === 0) refuse('events', 'holds no definition of a type that is read')
  return wanted
}

/** Old names too: what is stored under them is read as today's events. */
export function toStored<Options extends EventFilter>(
  options: Options,
  wanted: readonly AnyEventDefinition[] | undefined,
) {
  return wanted === undefined ? options : { ...options, types: storedTypes(wanted) }
}

/** The overloads of the interface say what comes of it: with definitions, their events. */
export function inShape<Definitions extends readonly AnyEventDefinition[]>(
  reader: EventReader,
  events: Definitions | undefined,
  { direction }: { readonly direction?: Direction } = {},
) {
  const shaped = events === undefined ? reader : upcastReader(reader, toRead<Definitions[number]>(events), direction)
  return shaped as EventReader<EventsOf<Definitions>>
}
