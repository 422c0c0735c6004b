/**
 * Imports: batches of records, each stored whole or not at all. Times that are given are kept in the events; such a
 * batch also expects the log to end where its last event was looked at, so that no time goes back.
 */
import { setTimeout as delay } from 'node:timers/promises'
import {
  connectionLost,
  eventIdTaken,
  type ImportedEvent,
  type ImportOptions,
  importOutOfOrder,
  notSupported,
  prepareImport,
  RETRY_FOR_MS,
  toBackOffMs,
} from '../../store/index.ts'
import type { Clock } from './clock.ts'
import { assertIdsFree, type ExamineOptions } from './examine.ts'
import { isTransient, isWrongSequence } from './failures.ts'
import { type Arrival, type ImportPlan, planImport } from './import-plan.ts'

/** With a marker for each id that is given, a batch stays below what JetStream takes at once. */
const MAX_BATCH_EVENTS = 450
const MAX_BATCH_SIZE = 4_194_304

export interface ImportContext extends ImportOptions, ExamineOptions {
  readonly clock: Clock
  /** Called after each batch. */
  onBatch(): void
}

/** The number of events taken in. */
export async function importInto(
  events: AsyncIterable<ImportedEvent> | Iterable<ImportedEvent>,
  context: ImportContext,
): Promise<number> {
  let imported = 0
  let batch: Arrival[] = []
  let size = 0
  const flush = async () => {
    context.signal?.throwIfAborted()
    await writeBatch(context, batch, imported)
    imported += batch.length
    batch = []
    size = 0
    context.onBatch()
    context.onProgress?.(imported)
  }
  for await (const event of events) {
    const arrival = { ...prepareImport(event, imported + batch.length), isNamed: event.id !== undefined }
    if (!fits(context, batch, size, arrival)) await flush()
    batch.push(arrival)
    size += arrival.event.data.length + arrival.event.metadata.length
  }
  if (batch.length > 0) await flush()
  return imported
}

/** Without batches of the server's, a batch is one record. */
function fits({ stream }: ImportContext, batch: readonly Arrival[], size: number, { stream: name }: Arrival): boolean {
  if (batch.length === 0) return true
  if (batch.length === MAX_BATCH_EVENTS || size > MAX_BATCH_SIZE) return false
  return stream.connection.facts.hasBatches || (batch[0]?.stream === name && size < stream.maxMessageBytes / 4)
}

async function writeBatch(context: ImportContext, batch: readonly Arrival[], first: number): Promise<void> {
  assertDistinct(context.log, batch)
  let failingSinceMs: number | undefined
  let sent: ImportPlan | undefined
  for (let attempts = 1; ; attempts++) {
    try {
      if (sent !== undefined && (await isRecorded(context, sent))) return remember(context, sent)
      const plan = await plansAt(context, batch, first)
      sent = plan
      await context.stream.publish(plan.drafts, { expectedLast: plan.expectedLast })
      return remember(context, plan)
    } catch (error) {
      if (isWrongSequence(error)) await refresh(context, batch)
      else if (!isTransient(error)) throw error
      failingSinceMs ??= performance.now()
      if (performance.now() - failingSinceMs > RETRY_FOR_MS) throw connectionLost('nats', attempts, error)
      await delay(toBackOffMs(Math.min(attempts, 5)))
    }
  }
}

/** @throws `event-id-taken` */
function assertDistinct(log: string, batch: readonly Arrival[]): void {
  const ids = new Set<string>()
  for (const { event } of batch) {
    if (ids.has(event.id)) throw eventIdTaken(log, event.id)
    ids.add(event.id)
  }
}

async function plansAt(context: ImportContext, batch: readonly Arrival[], first: number): Promise<ImportPlan> {
  const { stream, heads, clock } = context
  await stream.make()
  const expectedLast = batch.some(({ recordedAt }) => recordedAt) ? await assertTimes(context, batch, first) : undefined
  const found = await heads.find([...new Set(batch.map((arrival) => arrival.stream))])
  return { ...planImport(stream, batch, { heads: found, floorMs: clock.latestMs }), expectedLast }
}

/** @returns The sequence that the log is to end with. @throws `import-out-of-order`, `not-supported` */
async function assertTimes(context: ImportContext, batch: readonly Arrival[], first: number): Promise<number> {
  const { records, log } = context
  const { last, events } = await context.ends()
  const before = events === 0 ? [] : await records.toEvents(await records.endingWith(await records.at(events)))
  const now = Date.now()
  let latestMs = before.at(-1)?.recordedAt.getTime() ?? Number.NEGATIVE_INFINITY
  for (const [place, { recordedAt }] of batch.entries()) {
    const timeMs = recordedAt?.getTime() ?? Math.max(now, latestMs)
    if (timeMs > now && recordedAt !== undefined)
      throw notSupported('nats', 'the import of times that are still to come')
    if (timeMs < latestMs) throw importOutOfOrder(log, first + place, new Date(timeMs), new Date(latestMs))
    latestMs = timeMs
  }
  return last
}

/** Did an attempt succeed of which the answer was lost? Then its first record stands where it was to stand. */
async function isRecorded({ stream, records }: ImportContext, { firstRecord }: ImportPlan): Promise<boolean> {
  const { subject, after, id } = firstRecord
  const message = await stream.get({ seq: after + 1, next_by_subj: subject })
  return message !== undefined && (await records.ending(message)).parsed.events[0]?.id === id
}

/** Where the streams end is asked anew when it is needed; what was found here is only ever too old. */
function remember({ heads, clock }: ImportContext, { streams, latestMs }: ImportPlan): void {
  for (const stream of streams) heads.forget(stream)
  clock.saw(latestMs)
}

/** Somebody came between: where the streams end now, unless it was for ids that are taken. */
async function refresh(context: ImportContext, batch: readonly Arrival[]): Promise<void> {
  const givenIds = batch.flatMap(({ event, isNamed }) => (isNamed ? [event.id] : []))
  await assertIdsFree(context, { givenIds })
  await Promise.all([...new Set(batch.map(({ stream }) => stream))].map((stream) => context.heads.ask(stream)))
}
