/**
 * Reading events of which some may be in a shape that this code cannot read. Such an event is not applied; but where its
 * key can be told without its data, as where the key is the stream, it is known what waits for it, and what need not.
 */
import type { RecordedEvent } from '../events/index.ts'
import { assertKey, failedBefore, type KeyedBatch, type KeyedEvent } from './fold.ts'
import type { AnyReadModel } from './read-model.ts'

/** What reads events and finds the keys that they touch. */
export interface KeyedReader {
  read(recorded: RecordedEvent): readonly RecordedEvent[]
  keysOf(event: RecordedEvent): readonly string[]
}

/**
 * The events of today that a stored one gives, with their keys; or the stored one itself, as `unreadable`, with its own.
 * @throws what reading it throws, where its key cannot be told
 */
export function readCarefully(reader: KeyedReader, recorded: RecordedEvent): readonly KeyedEvent[] {
  let read: readonly RecordedEvent[]
  try {
    read = reader.read(recorded)
  } catch (cause) {
    return [{ event: recorded, keys: findKeys(reader, recorded, cause), unreadable: { cause } }]
  }
  return read.map((event) => ({ event, keys: reader.keysOf(event) }))
}

/** As the functions that find keys are pure, one that does not look at what is sealed gives the same for any of it. */
function findKeys(reader: KeyedReader, recorded: RecordedEvent, cause: unknown): readonly string[] {
  const sealed = {
    get() {
      throw cause
    },
  }
  return reader.keysOf(Object.defineProperties({ ...recorded }, { data: sealed, type: sealed, schemaVersion: sealed }))
}

/** @throws `projection-failed` with the position of the first event whose key cannot be told */
export function toKeyedCarefully(readModel: AnyReadModel, batch: readonly RecordedEvent[]): KeyedBatch {
  const keys = new Set<string>()
  const events = batch.flatMap((recorded) => {
    try {
      const keyed = readCarefully(readModel, recorded)
      for (const key of keyed.flatMap((each) => each.keys)) {
        assertKey(readModel, key)
        keys.add(key)
      }
      return keyed
    } catch (cause) {
      throw failedBefore(readModel, recorded.position, cause)
    }
  })
  return { events, keys: [...keys] }
}

/** @throws `projection-failed` with the position of the first event that touches a key and cannot be read */
export function assertReadable(readModel: AnyReadModel, events: readonly KeyedEvent[]): void {
  const found = events.find(({ keys, unreadable }) => unreadable !== undefined && keys.length > 0)
  if (found !== undefined) throw failedBefore(readModel, found.event.position, found.unreadable?.cause)
}
