import type { RecordedEvent } from '../events/index.ts'
import type { EventReader } from './port.ts'

/** The same events, each lifted when its turn comes and not before. */
export function upcastReader<Event>(
  reader: EventReader,
  upcast: (recorded: RecordedEvent) => Event,
): EventReader<Event> {
  return {
    async *batches() {
      for await (const batch of reader.batches()) yield batch.map(upcast)
    },
    async *[Symbol.asyncIterator]() {
      for await (const event of reader) yield upcast(event)
    },
    toArray: async () => (await reader.toArray()).map(upcast),
  }
}
