import type { RecordedEvent } from '../../src/events/index.ts'

/** The event at a position, of a log that holds one stream. */
function aRecordedEvent(position: number): RecordedEvent {
  return {
    id: `00000000-0000-7000-8000-${String(position).padStart(12, '0')}`,
    type: 'Noted',
    data: position,
    schemaVersion: 1,
    metadata: {},
    tags: [],
    stream: { name: 'note-1', category: 'note', id: '1' },
    version: position,
    position,
    recordedAt: new Date(0),
  }
}

export function recordedEvents(first: number, last: number): RecordedEvent[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => aRecordedEvent(first + index))
}
