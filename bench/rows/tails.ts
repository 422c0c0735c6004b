/** From the call of an append here to the arrival of its event at a tail in another process. */
import { setTimeout as delay } from 'node:timers/promises'
import { makeEvent, newStream } from '../events.ts'
import type { Row } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { onEmptyDatabase } from '../sides/side.ts'
import { percentile } from '../statistics.ts'
import { startChild } from './child.ts'

const APPENDS_PER_SECOND = 50
const WARM_UP_APPENDS = 100

export type TailMessage = 'tailing' | readonly number[]

const daybook = onEmptyDatabase('daybook', (context, database) =>
  withDaybook(database.url, async (daybook) => {
    const appends = WARM_UP_APPENDS + APPENDS_PER_SECOND * context.size.tailSeconds
    const program = new URL('tail-child.ts', import.meta.url)
    await using child = startChild<TailMessage>(program, database.url, String(appends))
    await child.receive()
    const arrivals = child.receive()
    const begun = performance.now()
    for (let n = 0; n < appends; n++) {
      await delay(Math.max(0, begun + (n * 1_000) / APPENDS_PER_SECOND - performance.now()))
      context.signal.throwIfAborted()
      const { type, metadata } = makeEvent(n)
      // The monotonic clock is one for all processes of a machine.
      await daybook.append(newStream(), { type, metadata, data: { sentAtMs: monotonicMs() } })
    }
    const latenciesMs = ((await arrivals) as readonly number[]).slice(WARM_UP_APPENDS)
    const p50Ms = percentile(latenciesMs, 0.5)
    return { value: p50Ms, p50Ms, p99Ms: percentile(latenciesMs, 0.99) }
  }),
)

export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export const tails: Row = {
  name: 'tail',
  title: `From append to tail in another process, ${APPENDS_PER_SECOND} appends/s`,
  unit: 'ms',
  sides: [daybook],
  targets: [
    { side: 'daybook', figure: 'p50Ms', atMost: 3 },
    { side: 'daybook', figure: 'p99Ms', atMost: 20 },
  ],
}
