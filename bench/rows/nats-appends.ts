/** Appends of one event to a new stream each, on a NATS cluster. */
import { makeEvent } from '../events.ts'
import type { Context, Row } from '../row.ts'
import { appendsTo, daybookAppendsTo } from '../sides/own-server.ts'
import { makeStream, publishEvent, withNats } from '../sides/plain-nats.ts'

const open = ({ nats }: Context) => nats.empty()
const daybook = daybookAppendsTo(open)

const bare = appendsTo(open, 'bare publishes', (url, measure) =>
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
