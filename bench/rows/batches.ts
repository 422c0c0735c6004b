/** Appends of ten events each. */
import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett'
import { type BenchEvent, makeEvent, newStream } from '../events.ts'
import { measureRate } from '../load.ts'
import type { Row } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { withEmmett } from '../sides/emmett.ts'
import { onEmptyDatabase } from '../sides/side.ts'
import { unnestInserts } from '../sides/unnest-inserts.ts'

const CALLERS = 16
const EVENTS = 10

function batches(): () => BenchEvent[] {
  let n = 0
  return () => Array.from({ length: EVENTS }, () => makeEvent(n++))
}

const daybook = onEmptyDatabase('daybook', (context, database) =>
  withDaybook(database.url, (daybook) => {
    const next = batches()
    const call = () => daybook.append(newStream(), next(), { expectedVersion: 'none' })
    return measureRate({ context, database, callers: CALLERS, eventsPerCall: EVENTS, call })
  }),
)

const emmett = onEmptyDatabase('emmett', (context, database) =>
  withEmmett(database.url, (store) => {
    const next = batches()
    const options = { expectedStreamVersion: STREAM_DOES_NOT_EXIST }
    const call = () => store.appendToStream(newStream(), next(), options)
    return measureRate({ context, database, callers: CALLERS, eventsPerCall: EVENTS, call })
  }),
)

const unnest = unnestInserts(EVENTS)

export const appendsOf10: Row = {
  name: 'appends-of-10',
  title: 'Appends of ten events to new streams, 16 callers in one process',
  unit: 'events/s',
  sides: [daybook, unnest, emmett],
  targets: [{ side: 'daybook', against: unnest.name, atLeast: 0.8 }],
  note: 'The latencies of the insert are those of 500 events at once.',
}
