/** From the call of an append to the row that shows it, and how far a projection falls behind those who write. */
import { setTimeout as delay } from 'node:timers/promises'
import { makeEvent } from '../events.ts'
import { sums } from '../projections.ts'
import type { Context, Row } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { onEmptyDatabase } from '../sides/side.ts'
import { percentile } from '../statistics.ts'

const APPENDS_PER_SECOND = 50
const WARM_UP_APPENDS = 100
const KEYS = 1_000

const daybook = onEmptyDatabase('daybook', (context, database) =>
  withDaybook(database.url, async (daybook) => {
    const projection = await daybook.project(sums('visible', KEYS))
    const appends = WARM_UP_APPENDS + APPENDS_PER_SECOND * context.size.tailSeconds
    const latenciesMs: number[] = []
    const begun = performance.now()
    for (let n = 0; n < appends; n++) {
      await delay(Math.max(0, begun + (n * 1_000) / APPENDS_PER_SECOND - performance.now()))
      context.signal.throwIfAborted()
      const start = performance.now()
      const { position } = await daybook.append(`account-${n % KEYS}`, makeEvent(n))
      await projection.reached(position)
      if ((await projection.get(`key-${n % KEYS}`)) === undefined) throw new Error('The row is not there.')
      latenciesMs.push(performance.now() - start)
    }
    const measured = latenciesMs.slice(WARM_UP_APPENDS)
    const p50Ms = percentile(measured, 0.5)
    return { value: p50Ms, p50Ms, p99Ms: percentile(measured, 0.99) }
  }),
)

export const visibleRows: Row = {
  name: 'visible-row',
  title: `From append to visible row in PostgreSQL, ${APPENDS_PER_SECOND} appends/s`,
  unit: 'ms',
  sides: [daybook],
  targets: [
    { side: 'daybook', figure: 'p50Ms', atMost: 5 },
    { side: 'daybook', figure: 'p99Ms', atMost: 30 },
  ],
}

const CALLERS = 64

/** Appends by many callers at once, each waiting between its calls; gives the rate that came of it. */
async function load(context: Context, append: (n: number) => Promise<unknown>, pauseMs: number): Promise<number> {
  const begun = performance.now()
  const until = begun + context.size.measureMs
  let appends = 0
  const call = async () => {
    while (performance.now() < until && !context.signal.aborted) {
      const start = performance.now()
      await append(appends++)
      const restMs = pauseMs - (performance.now() - start)
      if (restMs > 0) await delay(restMs)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, call))
  return (appends * 1_000) / (performance.now() - begun)
}

const behind = onEmptyDatabase('daybook', (context, database) =>
  withDaybook(database.url, async (daybook) => {
    const append = (n: number) => daybook.append(`account-${n % KEYS}`, makeEvent(n))
    const peak = await load(context, append, 0)
    const projection = await daybook.project(sums('behind', KEYS))
    await projection.reached(await daybook.head(), { timeoutMs: 120_000 })
    const behindMs: number[] = []
    const loading = load(context, append, (CALLERS * 2_000) / peak)
    let isLoading = true
    void loading.finally(() => {
      isLoading = false
    })
    while (isLoading) {
      const head = await daybook.head()
      const start = performance.now()
      await projection.reached(head, { timeoutMs: 120_000 })
      behindMs.push(performance.now() - start)
    }
    const start = performance.now()
    await projection.reached(await daybook.head(), { timeoutMs: 120_000 })
    const value = performance.now() - start
    return { value, p50Ms: percentile(behindMs, 0.5), p99Ms: percentile(behindMs, 0.99) }
  }),
)

export const projectionLag: Row = {
  name: 'projection-lag',
  title: 'How long a PostgreSQL read model needs to reach the head, under half the peak append rate and after it',
  unit: 'ms',
  sides: [behind],
  targets: [
    { side: 'daybook', figure: 'p99Ms', atMost: 1_000 },
    { side: 'daybook', atMost: 1_000 },
  ],
  note: 'The figure is the time from the end of the load to the head; p50 and p99 are those under load.',
}
