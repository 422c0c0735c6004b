/** Data for cases: what a case does not name does not matter to it. */
import type { NewEvent, RecordedEvent } from '../../events/index.ts'
import type { Appended, EventLog, ExpectedVersion } from '../../store/index.ts'

export function anEvent(event: Partial<NewEvent> = {}): NewEvent {
  return { type: 'Noted', data: { note: 'as it happens' }, ...event }
}

/** Events whose data tells them apart: `{ n: 1 }`, `{ n: 2 }` … */
export function someEvents(count: number, event: Partial<NewEvent> = {}): NewEvent[] {
  return Array.from({ length: count }, (_, index) => anEvent({ data: { n: index + 1 }, ...event }))
}

/** Appends to one stream. */
export function append(
  log: EventLog,
  stream: string,
  events: NewEvent | readonly NewEvent[] = anEvent(),
  expectedVersion: ExpectedVersion = 'any',
): Promise<Appended> {
  const list = Array.isArray(events) ? (events as readonly NewEvent[]) : [events as NewEvent]
  return log.append({ streams: [{ stream, events: list, expectedVersion }] })
}

/** What every engine takes in one append, whatever its server allows. */
const EVENTS_PER_APPEND = 500

/** Appends many events to one stream, in several appends. */
export async function fill(log: EventLog, stream: string, events: readonly NewEvent[]): Promise<void> {
  for (let done = 0; done < events.length; done += EVENTS_PER_APPEND) {
    await append(log, stream, events.slice(done, done + EVENTS_PER_APPEND))
  }
}

/** Streams of which each has `count` events, appended in turn. */
export async function fillStreams(log: EventLog, streams: readonly string[], count: number): Promise<void> {
  for (const stream of streams) await fill(log, stream, someEvents(count))
}

export function positionsOf(events: readonly RecordedEvent[]): number[] {
  return events.map((event) => event.position)
}

export function versionsOf(events: readonly RecordedEvent[]): number[] {
  return events.map((event) => event.version)
}

export function idsOf(events: readonly { readonly id?: string }[]): (string | undefined)[] {
  return events.map((event) => event.id)
}

/** Whole numbers from `first` to `last`, down when `last` is the lower. */
export function range(first: number, last: number): number[] {
  const step = last < first ? -1 : 1
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => first + index * step)
}
