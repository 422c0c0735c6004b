/** Reading a whole log on a NATS cluster, from its beginning to its end, looking at every event. */
import type { Context, Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { consumeRecords, withNats } from '../sides/plain-nats.ts'
import type { Size } from '../size.ts'

type ReadBatches = (url: string, onBatch: (batch: readonly { readonly data: unknown }[]) => void) => Promise<void>

function side(name: string, read: ReadBatches): Side {
  return { name, measure: (context) => measureRead(context, read) }
}

/** Once to warm the compiler, on both sides; then once more, measured. */
async function measureRead({ nats, size }: Context, read: ReadBatches): Promise<Sample> {
  const { url } = await nats.filled(size.logEvents)
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

const bare = side('bare ordered consumer', (url, onBatch) =>
  withNats(url, (client) => consumeRecords(client, ({ events }) => onBatch(events))),
)

export function natsReads({ logEvents }: Size): Row {
  return {
    name: 'nats-read-log',
    title: `NATS, 3 replicas: reading a log of ${logEvents.toLocaleString('en-US')} events, by batches`,
    unit: 'events/s',
    sides: [daybook, bare],
    targets: [{ side: daybook.name, against: bare.name, atLeast: 0.6 }],
  }
}
