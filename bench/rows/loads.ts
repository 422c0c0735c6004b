/** Loading one stream, by one caller, out of a log with many others. */
import { LONG_STREAM, MIDDLE_STREAM, streamOfLength } from '../events.ts'
import { measureTime } from '../load.ts'
import type { Row, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { withPool } from '../sides/plain-inserts.ts'
import { selectStream } from '../sides/plain-reads.ts'

type Length = typeof LONG_STREAM | typeof MIDDLE_STREAM

function daybook(length: Length): Side {
  return {
    name: 'daybook',
    measure: async (context) => {
      const { logEvents } = context.size
      const database = await context.databases.filled(logEvents)
      return await withDaybook(database.url, (daybook) => {
        let n = 0
        const call = async () => {
          const events = await daybook.readStream(streamOfLength(length, logEvents, n++)).toArray()
          assertLength(events, length)
        }
        return measureTime({ context, database, callers: 1, call })
      })
    },
  }
}

function query(length: Length): Side {
  return {
    name: 'query',
    measure: async (context) => {
      const { logEvents } = context.size
      const database = await context.databases.filled(logEvents)
      return await withPool(database.url, async (pool) => {
        const client = await pool.connect()
        let n = 0
        const call = async () => {
          const rows = await selectStream(client, streamOfLength(length, logEvents, n++))
          assertLength(rows, length)
        }
        const sample = await measureTime({ context, database, callers: 1, call })
        client.release()
        return sample
      })
    },
  }
}

function assertLength(events: readonly unknown[], length: number): void {
  if (events.length !== length) throw new Error(`Read ${events.length} events of a stream that has ${length}.`)
}

function loads(length: Length): Row {
  return {
    name: `load-${length}`,
    title: `Loading a stream of ${length} events, one caller`,
    unit: 'ms',
    sides: [daybook(length), query(length)],
    targets: [{ side: 'daybook', against: 'query', atMost: 1.3 }],
  }
}

export const loadsOfMiddle = loads(MIDDLE_STREAM)
export const loadsOfLong = loads(LONG_STREAM)
