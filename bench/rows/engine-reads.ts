/** Reading a whole log on Redis and on a NATS cluster, from its beginning to its end, looking at every event. */
import type { Context, Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { consumeRecords, withNats } from '../sides/plain-nats.ts'
import { readPages, withRedis } from '../sides/plain-redis.ts'
import type { Size } from '../size.ts'

type Engine = 'redis' | 'nats'
type ReadBatches = (url: string, onBatch: (batch: readonly { readonly data: unknown }[]) => void) => Promise<void>

function side(engine: Engine, name: string, read: ReadBatches): Side {
  return { name, measure: (context) => measureRead(context, engine, read) }
}

/** Once to warm the compiler, on both sides; then once more, measured. */
async function measureRead(context: Context, engine: Engine, read: ReadBatches): Promise<Sample> {
  const { logEvents } = context.size
  const { url } = await context[engine].filled(logEvents)
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
  if (events !== 2 * logEvents || total === 0) throw new Error(`Read ${events / 2} of ${logEvents} events.`)
  return { value: (logEvents * 1_000) / tookMs }
}

function daybook(engine: Engine): Side {
  return side(engine, 'daybook', (url, onBatch) =>
    withDaybook(url, async (daybook) => {
      for await (const batch of daybook.read().batches()) onBatch(batch)
    }),
  )
}

const PAGE_SIZE = 1_000

const barePages = side('redis', 'bare XRANGE, pages of 1,000', (url, onBatch) =>
  withRedis(url, async (client) => {
    for await (const page of readPages(client, PAGE_SIZE)) onBatch(page)
  }),
)

const bareConsumer = side('nats', 'bare ordered consumer', (url, onBatch) =>
  withNats(url, (client) => consumeRecords(client, ({ events }) => onBatch(events))),
)

export function redisReads({ logEvents }: Size): Row {
  return {
    name: 'redis-read-log',
    title: `Redis: reading a log of ${logEvents.toLocaleString('en-US')} events, by batches`,
    unit: 'events/s',
    sides: [daybook('redis'), barePages],
    targets: [{ side: 'daybook', against: barePages.name, atLeast: 0.6 }],
  }
}

export function natsReads({ logEvents }: Size): Row {
  return {
    name: 'nats-read-log',
    title: `NATS, 3 replicas: reading a log of ${logEvents.toLocaleString('en-US')} events, by batches`,
    unit: 'events/s',
    sides: [daybook('nats'), bareConsumer],
    targets: [{ side: 'daybook', against: bareConsumer.name, atLeast: 0.6 }],
  }
}
