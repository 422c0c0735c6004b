/**
 * Load that can be checked afterwards, whatever became of the process or the server: each event says which append it
 * belongs to and how many events that has, and what was acknowledged is told at once.
 */
import { ok, strictEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertInOrder, type Random } from 'daybook/testing'
import type { NewEvent, RecordedEvent } from '../../src/events/index.ts'
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
    const [ownCount, sharedCount] = random.pick(COUNTS)
    const part: Part = { append: randomUUID(), parts: ownCount + sharedCount }
    const streams = [
      { stream: own, events: toEvents(part, ownCount), expectedVersion: version },
      { stream: `shared-${random.integer(1, 3)}`, events: toEvents(part, sharedCount) },
    ]
    const { events } = await log.append({ streams: streams.filter((each) => each.events.length > 0) })
    version += ownCount
    onAcknowledged(events.map((event) => event.id))
  }
}

/** Events of an append to the own stream, which expects a version, and to a shared one, which does not. */
const COUNTS = [
  [1, 0],
  [2, 0],
  [1, 2],
  [3, 3],
  [0, 1],
  [0, 2],
] as const

/** Without ids of their own: to find what a lost answer was about is the store's affair. */
function toEvents(part: Part, count: number): NewEvent[] {
  return Array.from({ length: count }, () => ({ type: 'Loaded', data: part }))
}

/** Asserts that the log is in order, that appends are whole and stand once, and that nothing acknowledged is missing. */
export function assertRecovered(
  events: readonly RecordedEvent[],
  acknowledged: readonly string[],
  gapless: boolean = true,
): void {
  assertInOrder(events, gapless)
  const ids = new Set(events.map((event) => event.id))
  strictEqual(ids.size, events.length, 'no event stands twice')
  const missing = acknowledged.filter((id) => !ids.has(id))
  strictEqual(missing.length, 0, `${missing.length} of ${acknowledged.length} acknowledged events are missing`)
  assertWhole(events)
}

function assertWhole(events: readonly RecordedEvent[]): void {
  const places = new Map<string, number[]>()
  for (const [place, { data }] of events.entries()) {
    const { append } = data as Part
    places.set(append, [...(places.get(append) ?? []), place])
  }
  for (const { data } of events) {
    const { append, parts } = data as Part
    const found = places.get(append) ?? []
    strictEqual(found.length, parts, `${found.length} of the ${parts} events of an append are there`)
    ok((found.at(-1) ?? 0) - (found[0] ?? 0) === parts - 1, 'an append stands in one piece')
  }
}
