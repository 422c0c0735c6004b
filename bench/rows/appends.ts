/** Appends of one event to a new stream each: 64 callers, 512 callers, and one. */
import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett'
import { makeEvent, newStream } from '../events.ts'
import { type Load, measureRate, measureTime } from '../load.ts'
import type { Row, Sample, Side } from '../row.ts'
import { withDaybook } from '../sides/daybook.ts'
import { withEmmett } from '../sides/emmett.ts'
import { insertEvent, insertInTransaction, withPool } from '../sides/plain-inserts.ts'
import { onEmptyDatabase } from '../sides/side.ts'
import { unnestInserts } from '../sides/unnest-inserts.ts'

type Measure = (load: Load) => Promise<Sample>

function daybook(callers: number, measure: Measure): Side {
  return onEmptyDatabase('daybook', (context, database) =>
    withDaybook(database.url, (daybook) => {
      let n = 0
      const call = () => daybook.append(newStream(), makeEvent(n++), { expectedVersion: 'none' })
      return measure({ context, database, callers, call })
    }),
  )
}

function oneStatement(callers: number, measure: Measure): Side {
  return onEmptyDatabase('one-statement inserts', (context, database) =>
    withPool(database.url, (pool) => {
      let n = 0
      return measure({ context, database, callers, call: () => insertEvent(pool, newStream(), 1, makeEvent(n++)) })
    }),
  )
}

function transactions(callers: number, measure: Measure): Side {
  return onEmptyDatabase('begin, select, insert, commit', (context, database) =>
    withPool(database.url, (pool) => {
      let n = 0
      return measure({ context, database, callers, call: () => insertInTransaction(pool, newStream(), makeEvent(n++)) })
    }),
  )
}

function emmett(callers: number, measure: Measure): Side {
  return onEmptyDatabase('emmett', (context, database) =>
    withEmmett(database.url, (store) => {
      let n = 0
      const options = { expectedStreamVersion: STREAM_DOES_NOT_EXIST }
      const call = () => store.appendToStream(newStream(), [makeEvent(n++)], options)
      return measure({ context, database, callers, call })
    }),
  )
}

export const appendsBy64: Row = {
  name: 'appends-64',
  title: 'Single-event appends to new streams, 64 callers in one process',
  unit: 'events/s',
  sides: [
    daybook(64, measureRate),
    oneStatement(64, measureRate),
    transactions(64, measureRate),
    emmett(64, measureRate),
  ],
  targets: [
    { side: 'daybook', against: 'one-statement inserts', atLeast: 2.5 },
    { side: 'daybook', against: 'begin, select, insert, commit', atLeast: 5 },
    { side: 'daybook', against: 'emmett', atLeast: 10 },
  ],
  note: 'The others use a pool of 10 connections.',
}

export const appendsBy512: Row = {
  name: 'appends-512',
  title: 'Single-event appends to new streams, 512 callers in one process',
  unit: 'events/s',
  sides: [daybook(512, measureRate), unnestInserts(1), emmett(512, measureRate)],
  targets: [{ side: 'daybook', against: unnestInserts(1).name, atLeast: 0.8 }],
  note: 'The latencies of the insert are those of 500 events at once.',
}

export const appendsBy1: Row = {
  name: 'appends-1',
  title: 'Single-event appends to new streams, one caller',
  unit: 'ms',
  sides: [daybook(1, measureTime), oneStatement(1, measureTime), transactions(1, measureTime), emmett(1, measureTime)],
  targets: [{ side: 'daybook', against: 'one-statement inserts', atMost: 1.5 }],
}
