/**
 * Readers that count by the batch: iterating over events costs what it did, as the store's own iterator runs over the
 * counted batches.
 *
 * A read has one span for an iteration, from its first step to its end, however it ends. A tail has none: it has no
 * end, and between two batches nothing happens that belongs to either; what is done with a batch has its own span.
 */
import { type Attributes, context } from '@opentelemetry/api'
import type { RecordedEvent } from '../events/index.ts'
import { type EventReader, passBatches } from '../store/index.ts'
import { Operation, type OperationBeginning, type OperationEnding, type Recorder, toFailure } from './operation.ts'

interface Reading {
  readonly reader: EventReader
  readonly beginning: OperationBeginning
  readonly signal: AbortSignal | undefined
}

type Given = AsyncIterable<readonly RecordedEvent[]>
type Batches = AsyncGenerator<readonly RecordedEvent[]>

export function observeReader(recorder: Recorder, reading: Reading): EventReader {
  const { reader, signal } = reading
  return passBatches(reader, (batches) => observe(recorder, reading, batches), { signal, onAbort: 'throw' })
}

async function* observe(recorder: Recorder, { beginning, signal }: Reading, given: Given): Batches {
  const operation = new Operation(recorder.tracer, beginning)
  const batches = given[Symbol.asyncIterator]()
  const tally = { events: 0, batches: 0, waitedMs: 0 }
  // It stays if the consumer leaves before the end.
  let ending: Pick<OperationEnding, 'outcome' | 'errorType'> | undefined
  try {
    for (;;) {
      const askedAtMs = performance.now()
      // The context is given at each step: none survives a yield.
      const step = context.with(operation.context, () => batches.next())
      const { value, done } = await step.finally(() => (tally.waitedMs += performance.now() - askedAtMs))
      if (done) break
      tally.batches++
      tally.events += value.length
      recorder.meters.eventsRead.add(value.length, toReadLabels(beginning.labels))
      yield value
    }
    ending = { outcome: 'completed' }
  } catch (error) {
    ending = toFailure(error, signal)
    throw error
  } finally {
    const details = { 'daybook.event.count': tally.events, 'daybook.batch.count': tally.batches }
    const { outcome, ...failure } = ending ?? { outcome: signal?.aborted ? 'aborted' : 'stopped' }
    operation.end({ outcome, ...failure, details, durationMs: tally.waitedMs })
    if (ending === undefined) await batches.return?.()
  }
}

function toReadLabels({ 'db.system.name': _, ...labels }: Attributes): Attributes {
  return labels
}

interface Tailing {
  readonly reader: EventReader
  readonly labels: Attributes
  readonly signal: AbortSignal | undefined
}

export function observeTail(recorder: Recorder, { reader, labels, signal }: Tailing): EventReader {
  return passBatches(reader, (batches) => count(recorder, labels, batches), { signal, onAbort: 'end' })
}

async function* count({ meters }: Recorder, labels: Attributes, batches: Given): Batches {
  for await (const batch of batches) {
    meters.eventsRead.add(batch.length, labels)
    yield batch
  }
}
