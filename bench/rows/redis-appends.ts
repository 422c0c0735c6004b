/** Appends of one event to a new stream each, on Redis. */
import { makeEvent } from '../events.ts'
import type { Context, Row } from '../row.ts'
import { appendsTo, daybookAppendsTo } from '../sides/own-server.ts'
import { addEntry, withRedis } from '../sides/plain-redis.ts'

const open = ({ redis }: Context) => redis.empty()
const daybook = daybookAppendsTo(open)

const bare = appendsTo(open, 'bare XADD, pipelined', (url, measure) =>
  withRedis(url, (client) => measure((n) => addEntry(client, makeEvent(n), n))),
)

export const redisAppendsBy64: Row = {
  name: 'redis-appends-64',
  title: 'Redis: single-event appends to new streams, 64 callers in one process',
  unit: 'events/s',
  sides: [daybook, bare],
  targets: [{ side: daybook.name, against: bare.name, atLeast: 0.5 }],
  note: 'Both with appendfsync always: what is acknowledged is on disk.',
}
