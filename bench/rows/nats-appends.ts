/** Appends of one event to a new stream each, on a NATS cluster. */
import { makeEvent, newStream } from '../events.ts'
import { measureRate } from '../load.ts'
import type { Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { makeStream, publishEvent, withNats } from '../sides/plain-nats.ts'

const CALLERS = 64

type Call = (n: number) => Promise<unknown>

/** On an empty cluster of its own each time. */
function side(
  name: string,
  withCall: (url: string, measure: (call: Call) => Promise<Sample>) => Promise<Sample>,
): Side {
  return {
    name,
    measure: async (context) => {
      await using cluster = await context.nats.empty()
      return await withCall(cluster.url, (call) => {
        let n = 0
        // NATS takes no statistics and makes no checkpoints.
        const database = { settle: async () => {} }
        return measureRate({ context, database, callers: CALLERS, call: () => call(n++) })
      })
    },
  }
}

const daybook = side('daybook', (url, measure) =>
  withDaybook(url, (daybook) => measure((n) => daybook.append(newStream(), makeEvent(n), { expectedVersion: 'none' }))),
)

const bare = side('bare publishes', (url, measure) =>
  withNats(url, async (client) => {
    await makeStream(client)
    return await measure((n) => publishEvent(client, makeEvent(n)))
  }),
)

export const natsAppendsBy64: Row = {
  name: 'nats-appends-64',
  title: 'NATS, 3 replicas: single-event appends to new streams, 64 callers in one process',
  unit: 'events/s',
  sides: [daybook, bare],
  targets: [{ side: daybook.name, against: bare.name, atLeast: 0.6 }],
  note: 'The three nodes and the callers share this machine. JetStream writes at once, and calls fsync every two minutes.',
}
