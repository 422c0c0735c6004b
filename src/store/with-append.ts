import type { EventLog } from './port.ts'

/** The same log, to which is appended in another way. */
export function withAppend(log: EventLog, append: EventLog['append']): EventLog {
  return {
    name: log.name,
    append,
    readStream: (stream, options) => log.readStream(stream, options),
    read: (options) => log.read(options),
    tail: (options) => log.tail(options),
    streamVersion: (stream) => log.streamVersion(stream),
    head: () => log.head(),
    positionAt: (time) => log.positionAt(time),
    streams: (options) => log.streams(options),
    types: () => log.types(),
    import: (events, options) => log.import(events, options),
    snapshots: log.snapshots,
    checkpoints: log.checkpoints,
    leases: log.leases,
    commands: log.commands,
  }
}
