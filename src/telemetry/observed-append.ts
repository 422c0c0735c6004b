import { context } from '@opentelemetry/api'
import { isDaybookError } from '../errors/index.ts'
import type { Appended, AppendOptions, AppendRequest, EventLog } from '../store/index.ts'
import { countAttempt } from './attempts.ts'
import { Operation, type Recorder, toFailure } from './operation.ts'
import { toBeginning, toCategories, toPlace } from './stream-attributes.ts'

interface Appending {
  readonly log: EventLog
  readonly request: AppendRequest
  readonly options: AppendOptions | undefined
}

export async function observeAppend(recorder: Recorder, { log, request, options }: Appending): Promise<Appended> {
  countAttempt()
  const { meters } = recorder
  const { streams, eventCount } = measure(request)
  const categories = toCategories(streams)
  const place = toPlace(log.name, categories)
  const details = { 'daybook.event.count': eventCount, 'daybook.stream.count': streams.length }
  const asked = { operation: 'append', log: log.name, categories, streams, details } as const
  const operation = new Operation(recorder.tracer, toBeginning(recorder, asked))
  try {
    const appended = await context.with(operation.context, () => log.append(request, options))
    const isRepeated = appended.repeated || appended.earlierCommand !== undefined
    if (!isRepeated) meters.eventsAppended.add(eventCount, place)
    const outcome = isRepeated ? 'repeated' : 'recorded'
    operation.end({ outcome, details: { 'daybook.position': appended.position } })
    return appended
  } catch (error) {
    if (isConflict(error)) meters.conflicts.add(1, { ...place, 'error.type': error.code })
    operation.end(toFailure(error, options?.signal))
    throw error
  }
}

function isConflict(error: unknown) {
  return isDaybookError(error, 'version-conflict') || isDaybookError(error, 'boundary-conflict')
}

/** A caller may pass anything; to refuse what is no request is for the log. */
function measure(request: unknown): { readonly streams: readonly unknown[]; readonly eventCount: number } {
  const writes = toArray((request as Partial<AppendRequest> | undefined | null)?.streams)
  const parts = writes.map(
    (write) => write as { readonly stream?: unknown; readonly events?: unknown } | undefined | null,
  )
  const eventCount = parts.reduce((sum, part) => sum + toArray(part?.events).length, 0)
  return { streams: parts.map((part) => part?.stream), eventCount }
}

function toArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
