/** A log as lines of JSON, one for each event, in order: for files, pipes, and programs that do not know us. */
import type { RecordedEvent } from '../events/index.ts'
import type { EventLog, ReadOptions } from '../store/index.ts'
import { toCloudEvent } from './cloud-event.ts'
import { toPortable } from './portable-event.ts'

export interface ExportOptions extends Omit<ReadOptions, 'direction'> {
  /** `daybook` when absent; `cloudevents` is the JSON format of CloudEvents 1.0. */
  readonly format?: ExportFormat
  /** Told after each batch with the number of events exported so far, and the position of the last. */
  readonly onProgress?: (exported: number, position: number) => void
}

export type ExportFormat = 'daybook' | 'cloudevents'

/**
 * The events as lines, each without its newline, in batches: memory is bounded however long the history.
 * @example for await (const lines of exportLog(daybook)) file.write(`${lines.join('\n')}\n`)
 */
export async function* exportLog(
  log: Pick<EventLog, 'name' | 'read'>,
  { format = 'daybook', onProgress, ...options }: ExportOptions = {},
): AsyncGenerator<readonly string[]> {
  const toLine = format === 'daybook' ? toOwnLine : (event: RecordedEvent) => toCloudLine(event, log.name)
  let exported = 0
  for await (const batch of log.read(options).batches()) {
    yield batch.map(toLine)
    exported += batch.length
    onProgress?.(exported, batch.at(-1)?.position ?? 0)
  }
}

function toOwnLine(event: RecordedEvent): string {
  return JSON.stringify({ position: event.position, ...toPortable(event) })
}

function toCloudLine(event: RecordedEvent, log: string): string {
  return JSON.stringify(toCloudEvent(toPortable(event), log))
}
