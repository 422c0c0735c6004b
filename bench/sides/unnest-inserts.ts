import { makeEvent, newStream } from '../events.ts'
import { measureRate } from '../load.ts'
import type { Side } from '../row.ts'
import { insertMany, withPool } from './plain-inserts.ts'
import { onEmptyDatabase } from './side.ts'

/** About as many as a group of Daybook's may hold. */
const ROWS = 500

/** One connection, one statement after the other: the most that a single writer of the table gets out of SQL. */
export function unnestInserts(eventsPerStream: number): Side {
  return onEmptyDatabase(`insert of ${ROWS} rows from unnest`, (context, database) =>
    withPool(database.url, (pool) => {
      let n = 0
      let stream = ''
      const place = () => {
        const version = (n % eventsPerStream) + 1
        if (version === 1) stream = newStream()
        return { stream, version, event: makeEvent(n++) }
      }
      const call = () => insertMany(pool, Array.from({ length: ROWS }, place))
      return measureRate({ context, database, callers: 1, eventsPerCall: ROWS, call })
    }),
  )
}
