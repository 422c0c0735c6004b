import type { RecordedEvent } from '../events/index.ts'
import type { Direction, EventReader } from './port.ts'

/**
 * What the stored events give, each read when its turn comes and not before. `limit` and pages count stored events: one
 * that is split comes whole, in the order of the reading; one that is dropped is passed over.
 */
export function upcastReader<Event>(
  reader: EventReader,
  read: (recorded: RecordedEvent) => readonly Event[],
  direction: Direction = 'forwards',
): EventReader<Event> {
  const take = direction === 'forwards' ? read : (recorded: RecordedEvent) => read(recorded).toReversed()
  return {
    async *batches() {
      for await (const batch of reader.batches()) {
        const events = batch.flatMap(take)
        if (events.length > 0) yield events
      }
    },
    async *[Symbol.asyncIterator]() {
      for await (const event of reader) yield* take(event)
    },
    toArray: async () => (await reader.toArray()).flatMap(take),
  }
}
