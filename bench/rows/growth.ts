/** Does an append get slower as the store grows? */
import type { BenchDatabase } from '../databases.ts'
import { makeEvent, newStream } from '../events.ts'
import { measureRate } from '../load.ts'
import type { Context, Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import type { Size } from '../size.ts'

const CALLERS = 64

function appends(context: Context, database: BenchDatabase): Promise<Sample> {
  return withDaybook(database.url, (daybook) => {
    let n = 0
    const call = () => daybook.append(newStream(), makeEvent(n++), { expectedVersion: 'none' })
    return measureRate({ context, database, callers: CALLERS, call })
  })
}

/** It grows further with each repetition, which makes it no easier. */
const inLongLog: Side = {
  name: 'daybook, long log',
  measure: async (context) => appends(context, await context.databases.filled(context.size.longLogEvents)),
}

/** Filled anew each time: what is appended would soon outnumber what it began with. */
const inShortLog: Side = {
  name: 'daybook, short log',
  measure: async (context) => {
    const database = await context.databases.fill(context.size.shortLogEvents)
    const sample = await appends(context, database)
    await database.drop()
    return sample
  },
}

export function growth({ longLogEvents, shortLogEvents }: Size): Row {
  const [long, short] = [longLogEvents.toLocaleString('en-US'), shortLogEvents.toLocaleString('en-US')]
  return {
    name: 'growth',
    title: `Single-event appends, ${CALLERS} callers, to a log that holds ${long} events and to one that holds ${short}`,
    unit: 'events/s',
    sides: [inLongLog, inShortLog],
    targets: [{ side: inLongLog.name, against: inShortLog.name, atLeast: 0.9 }],
  }
}
