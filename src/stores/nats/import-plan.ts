/** A batch of an import as messages: markers of the ids that were given, then the records in the import's order. */
import type { PreparedImport } from '../../store/index.ts'
import { type Head, NO_HEAD } from './heads.ts'
import type { Draft, LogStream } from './log-stream.ts'
import type { IdMarker, PlanOptions } from './plan.ts'
import { encodeRecord, type TimedEvent, toMessages } from './record.ts'

/** An event of an import. */
export interface Arrival extends PreparedImport {
  /** Was its id given? */
  readonly isNamed: boolean
}

export interface ImportPlan {
  readonly drafts: readonly Draft[]
  readonly expectedLast?: number | undefined
  readonly firstRecord: { readonly subject: string; readonly after: number; readonly id: string }
  readonly streams: readonly string[]
  /** The latest time that was given. */
  readonly latestMs: number
}

/** Events of one stream that follow one another in the import. */
interface Run {
  readonly stream: string
  readonly arrivals: Arrival[]
}

/** @param batch Not empty. */
export function planImport(stream: LogStream, batch: readonly Arrival[], options: PlanOptions): ImportPlan {
  const heads = new Map<string, Head>()
  const marked = stream.connection.facts.hasBatches ? batch.filter(({ isNamed }) => isNamed) : []
  const records: Draft[] = []
  const markers = new Map<string, IdMarker>()
  for (const run of toRuns(batch)) {
    const head = heads.get(run.stream) ?? options.heads.get(run.stream) ?? NO_HEAD
    const messages = toDrafts(stream, run, head, options.floorMs)
    // The server looks at a subject's first message of a batch alone.
    const [first, ...others] = messages as [Draft, ...Draft[]]
    records.push(heads.has(run.stream) ? first : { ...first, expected: head.sequence }, ...others)
    for (const [place, { event }] of run.arrivals.entries()) markers.set(event.id, { ahead: records.length - 1, place })
    heads.set(run.stream, { ...head, version: head.version + run.arrivals.length })
  }
  const ids = marked.map(({ event: { id } }, index) => {
    const { ahead, place } = markers.get(id) as IdMarker
    const marker: IdMarker = { ahead: marked.length - index + ahead, place }
    return { subject: stream.subjects.ofEventId(id), data: JSON.stringify(marker), expected: 0 }
  })
  const [first] = batch as readonly [Arrival]
  const after = (options.heads.get(first.stream) ?? NO_HEAD).sequence
  return {
    drafts: [...ids, ...records],
    firstRecord: { subject: stream.subjects.ofStream(first.stream), after, id: first.event.id },
    streams: [...heads.keys()],
    latestMs: Math.max(0, ...batch.map(({ recordedAt }) => recordedAt?.getTime() ?? 0)),
  }
}

function toRuns(batch: readonly Arrival[]): Run[] {
  const runs: Run[] = []
  for (const arrival of batch) {
    const last = runs.at(-1)
    if (last?.stream === arrival.stream) last.arrivals.push(arrival)
    else runs.push({ stream: arrival.stream, arrivals: [arrival] })
  }
  return runs
}

function toDrafts(stream: LogStream, { stream: name, arrivals }: Run, { version }: Head, floorMs: number): Draft[] {
  const events: TimedEvent[] = arrivals.map(({ event, recordedAt }) => ({ ...event, atMs: recordedAt?.getTime() }))
  const text = encodeRecord({ version: version + 1, floorMs }, events)
  const versions = { first: version + 1, last: version + events.length }
  const subject = stream.subjects.ofStream(name)
  return toMessages(text, versions, stream.maxMessageBytes).map((data) => ({ subject, data }))
}
