import type { RecordedEvent } from '../events/index.ts'

/** Is the event of one of the types, and does it carry all the tags? None asks for nothing. */
export function matchesTerms(
  event: Pick<RecordedEvent, 'type' | 'tags'>,
  types: readonly string[],
  tags: readonly string[],
): boolean {
  if (types.length > 0 && !types.includes(event.type)) return false
  return tags.every((tag) => event.tags.includes(tag))
}
