import { matchesTerms } from '../matches.ts'
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
