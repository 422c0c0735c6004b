import { context } from '@opentelemetry/api'
import type { EventLog, Imported, ImportOptions } from '../store/index.ts'
import { Operation, type Recorder, toFailure } from './operation.ts'
import { toBeginning, toPlace } from './stream-attributes.ts'

interface Importing {
  readonly log: EventLog
  readonly events: Parameters<EventLog['import']>[0]
  readonly options: ImportOptions | undefined
}

export async function observeImport(recorder: Recorder, { log, events, options }: Importing): Promise<Imported> {
  const asked = { operation: 'import', log: log.name, categories: [] } as const
  const operation = new Operation(recorder.tracer, toBeginning(recorder, asked))
  // Batches stay recorded though a later one fails.
  let recorded = 0
  const onProgress = (count: number) => {
    recorded = count
    options?.onProgress?.(count)
  }
  try {
    const imported = await context.with(operation.context, () => log.import(events, { ...options, onProgress }))
    recorded = imported.events
    operation.end({ outcome: 'recorded', details: { 'daybook.event.count': recorded } })
    return imported
  } catch (error) {
    operation.end({ ...toFailure(error, options?.signal), details: { 'daybook.event.count': recorded } })
    throw error
  } finally {
    recorder.meters.eventsAppended.add(recorded, toPlace(log.name, []))
  }
}
