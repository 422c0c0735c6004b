import type { EventLog } from '../store/index.ts'
import { observeAppend } from './observed-append.ts'
import { observeImport } from './observed-import.ts'
import { observeReader, observeTail } from './observed-reader.ts'
import type { Recorder } from './operation.ts'
import { toBeginning, toCategories, toFilterCategories, toPlace } from './stream-attributes.ts'

/** The log, with a span for each append, import and read. Questions for one number (a version, a head) have none. */
export function observeLog(recorder: Recorder, log: EventLog): EventLog {
  const { name } = log
  return {
    name,
    append: (request, options) => observeAppend(recorder, { log, request, options }),
    readStream(stream, options) {
      const streams = [stream]
      const asked = { operation: 'readStream', log: name, categories: toCategories(streams), streams } as const
      const reader = log.readStream(stream, options)
      return observeReader(recorder, { reader, beginning: toBeginning(recorder, asked), signal: options?.signal })
    },
    read(options) {
      const asked = { operation: 'read', log: name, categories: toFilterCategories(options?.category) } as const
      const reader = log.read(options)
      return observeReader(recorder, { reader, beginning: toBeginning(recorder, asked), signal: options?.signal })
    },
    tail(options) {
      const labels = { 'db.operation.name': 'tail', ...toPlace(name, toFilterCategories(options?.category)) }
      return observeTail(recorder, { reader: log.tail(options), labels, signal: options?.signal })
    },
    streamVersion: (stream) => log.streamVersion(stream),
    head: () => log.head(),
    positionAt: (time) => log.positionAt(time),
    streams: (options) => log.streams(options),
    types: () => log.types(),
    import: (events, options) => observeImport(recorder, { log, events, options }),
    snapshots: log.snapshots,
    checkpoints: log.checkpoints,
    leases: log.leases,
    commands: log.commands,
  }
}
