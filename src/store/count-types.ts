import type { EventReader, TypeInfo } from './port.ts'

type Counted = { -readonly [Key in keyof TypeInfo]: TypeInfo[Key] }

/**
 * What `EventLog.types` gives, by reading every event: for engines that keep no counts.
 *
 * @param events Of the whole log, forwards.
 */
export async function countTypes(events: EventReader): Promise<readonly TypeInfo[]> {
  const counted = new Map<string, Counted>()
  for await (const batch of events.batches()) {
    for (const { type, schemaVersion, stream, position } of batch) {
      const key = JSON.stringify([type, schemaVersion, stream.category])
      const info = counted.get(key)
      if (info === undefined) {
        const places = { firstPosition: position, lastPosition: position }
        counted.set(key, { category: stream.category, type, schemaVersion, events: 1, ...places })
      } else {
        info.events++
        info.lastPosition = position
      }
    }
  }
  return [...counted.values()].sort(compareTypes)
}

/** By type, schema version and category. */
export function compareTypes(one: TypeInfo, other: TypeInfo): number {
  const byType = compareBytes(one.type, other.type)
  return byType || one.schemaVersion - other.schemaVersion || compareBytes(one.category, other.category)
}

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
