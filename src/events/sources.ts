/** Finds who reads a stored event. */
import type { Source } from './any-event.ts'
import type { RecordedEvent } from './recorded-event.ts'
import { type KnownVersions, unreadableEvent } from './unreadable.ts'

/** The events that the stored one gives. @throws `unreadable-event` when none of the sources is for it */
export function readFrom(sources: readonly Source[], recorded: RecordedEvent): readonly RecordedEvent[] {
  const [only] = sources
  // As a rule there is one: the way of millions of events.
  if (only !== undefined && sources.length === 1 && isFor(only, recorded)) return only.read(recorded)
  const [first, ...others] = sources.filter((source) => isFor(source, recorded))
  if (first === undefined) throw unreadableEvent(recorded, findKnown(sources, recorded.type))
  if (others.length === 0) return first.read(recorded)
  return [first, ...others].flatMap((source) => source.read(recorded))
}

function isFor({ type, oldest, newest }: Source, recorded: RecordedEvent): boolean {
  return recorded.type === type && recorded.schemaVersion >= oldest && recorded.schemaVersion <= newest
}

/** Undefined when the type is not known. */
function findKnown(sources: readonly Source[], type: string): KnownVersions | undefined {
  const ofType = sources.filter((source) => source.type === type)
  if (ofType.length === 0) return undefined
  return {
    oldest: Math.min(...ofType.map(({ oldest }) => oldest)),
    newest: Math.max(...ofType.map(({ newest }) => newest)),
  }
}
