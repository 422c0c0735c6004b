/** Reading a whole log on Redis, from its beginning to its end, looking at every event. */
import type { Context, Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { readPages, withRedis } from '../sides/plain-redis.ts'
import type { Size } from '../size.ts'

type ReadBatches = (url: string, onBatch: (batch: readonly { readonly data: unknown }[]) => void) => Promise<void>

function side(name: string, read: ReadBatches): Side {
  return { name, measure: (context) => measureRead(context, read) }
}

/** Once to warm the compiler, on both sides; then once more, measured. */
async function measureRead({ redis, size }: Context, read: ReadBatches): Promise<Sample> {
  const { url } = await redis.filled(size.logEvents)
  let events = 0
  let total = 0
  const post = (batch: readonly { readonly data: unknown }[]) => {
    for (const { data } of batch) {
      events++
      total += (data as { amount: number }).amount
    }
  }
  await read(url, post)
  const start = performance.now()
  await read(url, post)
  const tookMs = performance.now() - start
  if (events !== 2 * size.logEvents || total === 0) throw new Error(`Read ${events / 2} of ${size.logEvents} events.`)
  return { value: (size.logEvents * 1_000) / tookMs }
}

const daybook = side('daybook', (url, onBatch) =>
  withDaybook(url, async (daybook) => {
    for await (const batch of daybook.read().batches()) onBatch(batch)
  }),
)

const PAGE_SIZE = 1_000

const bare = side('bare XRANGE, pages of 1,000', (url, onBatch) =>
  withRedis(url, async (client) => {
    for await (const page of readPages(client, PAGE_SIZE)) onBatch(page)
  }),
)

export function redisReads({ logEvents }: Size): Row {
  return {
    name: 'redis-read-log',
    title: `Redis: reading a log of ${logEvents.toLocaleString('en-US')} events, by batches`,
    unit: 'events/s',
    sides: [daybook, bare],
    targets: [{ side: daybook.name, against: bare.name, atLeast: 0.6 }],
  }
}
