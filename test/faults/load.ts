/**
 * Load that can be checked afterwards, whatever became of the process or the server: each event says which append it
 * belongs to and how many events that has, and what was acknowledged is told at once.
 */
import { ok, strictEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertInOrder, type Random } from 'daybook/testing'
import { type NewEvent, newEventId, type RecordedEvent } from '../../src/events/index.ts'
import type { EventLog } from '../../src/store/index.ts'

/** What an event of the load holds. */
interface Part {
  readonly append: string
  /** How many events the append has. */
  readonly parts: number
}

export interface LoadOptions {
  readonly writers: number
  readonly random: Random
  /** Ends the load; appends under way are waited for. */
  readonly signal: AbortSignal
  /** Called with the ids of the events of each append, as soon as it is acknowledged. */
  onAcknowledged(eventIds: readonly string[]): void
}

/** Appends without a pause: each writer to a stream of its own, version by version, and to one that all share. */
export async function runLoad(log: EventLog, options: LoadOptions): Promise<void> {
  const load = randomUUID().slice(0, 8)
  const writers = Array.from({ length: options.writers }, (_, writer) => write(log, `own-${load}-${writer}`, options))
  await Promise.all(writers)
}

async function write(log: EventLog, own: string, { random, signal, onAcknowledged }: LoadOptions): Promise<void> {
  let version = 0
  while (!signal.aborted) {
    const counts = [random.integer(1, 3), random.integer(0, 3)] as const
    const part: Part = { append: randomUUID(), parts: counts[0] + counts[1] }
    const streams = [{ stream: own, events: toEvents(part, counts[0]), expectedVersion: version }]
    const shared = { stream: `shared-${random.integer(1, 3)}`, events: toEvents(part, counts[1]) }
    const { events } = await log.append({ streams: counts[1] === 0 ? streams : [...streams, shared] })
    version += counts[0]
    onAcknowledged(events.map((event) => event.id))
  }
}

function toEvents(part: Part, count: number): NewEvent[] {
  return Array.from({ length: count }, () => ({ type: 'Loaded', data: part, id: newEventId() }))
}

/** Asserts that the log is in order, that appends are whole and stand once, and that nothing acknowledged is missing. */
export function assertRecovered(events: readonly RecordedEvent[], acknowledged: readonly string[]): void {
  assertInOrder(events, true)
  const ids = new Set(events.map((event) => event.id))
  strictEqual(ids.size, events.length, 'no event stands twice')
  const missing = acknowledged.filter((id) => !ids.has(id))
  strictEqual(missing.length, 0, `${missing.length} of ${acknowledged.length} acknowledged events are missing`)
  assertWhole(events)
}

function assertWhole(events: readonly RecordedEvent[]): void {
  const positions = new Map<string, number[]>()
  for (const { data, position } of events) {
    const { append } = data as Part
    positions.set(append, [...(positions.get(append) ?? []), position])
  }
  for (const { data } of events) {
    const { append, parts } = data as Part
    const found = positions.get(append) ?? []
    strictEqual(found.length, parts, `${found.length} of the ${parts} events of an append are there`)
    ok((found.at(-1) ?? 0) - (found[0] ?? 0) === parts - 1, 'an append stands in one piece')
  }
}
