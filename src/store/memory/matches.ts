import type { EventFilter } from '../port.ts'
import type { StoredEvent } from './book.ts'

export function matches(event: StoredEvent, filter: EventFilter): boolean {
  const { category, types, tags, partition, ids, correlationId } = filter
  if (ids !== undefined && ids.length > 0 && !ids.includes(event.id)) return false
  if (correlationId !== undefined && JSON.parse(event.metadata).correlationId !== correlationId) return false
  if (category !== undefined && event.stream.category !== category) return false
  if (partition !== undefined && hash(event.stream.name) % partition.count !== partition.index) return false
  return matchesTerms(event, types ?? [], tags ?? [])
}

/** Is the event of one of the types, and does it carry all the tags? None asks for nothing. */
export function matchesTerms(event: StoredEvent, types: readonly string[], tags: readonly string[]): boolean {
  if (types.length > 0 && !types.includes(event.type)) return false
  return tags.every((tag) => event.tags.includes(tag))
}

/** FNV-1a, with a last mixing: its low bits alone, which a remainder looks at, are too regular for short names. */
function hash(text: string): number {
  let mixed = 0x811c9dc5
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  return (mixed ^ (mixed >>> 13)) >>> 0
}
