import type { Counter, Histogram, Meter } from '@opentelemetry/api'

/** What is measured, but for the lag of projections. */
export interface Meters {
  readonly operationDuration: Histogram
  readonly commandDuration: Histogram
  readonly batchDuration: Histogram
  readonly eventsAppended: Counter
  readonly eventsRead: Counter
  readonly eventsProjected: Counter
  readonly conflicts: Counter
  readonly rejections: Counter
  readonly snapshotLoads: Counter
}

/** In seconds; those that the semantic conventions advise for databases. */
const DURATION_BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

export function toMeters(meter: Meter): Meters {
  const count = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit: `{${unit}}`, description })
  const time = (name: string, description: string) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries: DURATION_BOUNDARIES } })
  return {
    operationDuration: time('db.client.operation.duration', 'Duration of appends, imports, and waiting in reads.'),
    commandDuration: time('daybook.command.duration', 'Duration of commands, with all their attempts.'),
    batchDuration: time('daybook.projection.batch.duration', 'Duration of applying a batch to a projection.'),
    eventsAppended: count('daybook.events.appended', 'event', 'Events recorded.'),
    eventsRead: count('daybook.events.read', 'event', 'Events that readers were given.'),
    eventsProjected: count('daybook.events.projected', 'event', 'Events applied to projections.'),
    conflicts: count('daybook.append.conflicts', 'append', 'Appends refused by a version or a boundary.'),
    rejections: count('daybook.command.rejections', 'command', 'Commands that their rule decided against.'),
    snapshotLoads: count(
      'daybook.snapshot.loads',
      'snapshot',
      'Looks for a snapshot: found, missing, unreadable or foreign.',
    ),
  }
}
