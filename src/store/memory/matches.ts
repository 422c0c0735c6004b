import { isInPartition } from '../partition.ts'
import type { EventFilter } from '../port.ts'
import type { StoredEvent } from './book.ts'

export function matches(event: StoredEvent, filter: EventFilter): boolean {
  const { category, types, tags, partition, ids, correlationId } = filter
  if (ids !== undefined && ids.length > 0 && !ids.includes(event.id)) return false
  if (correlationId !== undefined && JSON.parse(event.metadata).correlationId !== correlationId) return false
  if (category !== undefined && event.stream.category !== category) return false
  if (partition !== undefined && !isInPartition(event.stream.name, partition)) return false
  return matchesTerms(event, types ?? [], tags ?? [])
}

/** Is the event of one of the types, and does it carry all the tags? None asks for nothing. */
export function matchesTerms(event: StoredEvent, types: readonly string[], tags: readonly string[]): boolean {
  if (types.length > 0 && !types.includes(event.type)) return false
  return tags.every((tag) => event.tags.includes(tag))
}
