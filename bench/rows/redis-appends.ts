/** Appends of one event to a new stream each, on Redis. */
import { makeEvent, newStream } from '../events.ts'
import { measureRate } from '../load.ts'
import type { Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { addEntry, withRedis } from '../sides/plain-redis.ts'

const CALLERS = 64

type Call = (n: number) => Promise<unknown>

/** On an empty server of its own each time. */
function side(
  name: string,
  withCall: (url: string, measure: (call: Call) => Promise<Sample>) => Promise<Sample>,
): Side {
  return {
    name,
    measure: async (context) => {
      await using server = await context.redis.empty()
      return await withCall(server.url, (call) => {
        let n = 0
        // Redis takes no statistics and makes no checkpoints.
        const database = { settle: async () => {} }
        return measureRate({ context, database, callers: CALLERS, call: () => call(n++) })
      })
    },
  }
}

const daybook = side('daybook', (url, measure) =>
  withDaybook(url, (daybook) => measure((n) => daybook.append(newStream(), makeEvent(n), { expectedVersion: 'none' }))),
)

const bare = side('bare XADD, pipelined', (url, measure) =>
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
