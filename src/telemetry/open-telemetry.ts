/**
 * Spans and metrics of a daybook, through `@opentelemetry/api`: decorators around its ports, which change nothing of
 * what passes. docs/telemetry.md lists every span, metric and attribute, and changes with them.
 *
 *     observed-log          append, read, import: a span each, durations, counters
 *     observed-load         a counter of what came of the looks for snapshots
 *     observed-reader       one span for an iteration, nothing for an event
 *     observed-execute      a span for a command, the parent of what is read and appended for it
 *     observed-apply-batch  a span for a batch of a projection; projection-lag is asked by the meter
 *     operation, meters     what they share; stream-attributes keeps personal data out
 *
 * Attributes never hold what users wrote: event data, input, tags, actors, ids. Error messages may quote it, so of an
 * error there is only its code.
 */
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import type { LoadAggregate } from '../aggregates/index.ts'
import type { Execute } from '../commands/index.ts'
import type { ApplyBatch } from '../projections/index.ts'
import type { EventLog } from '../store/index.ts'
import { toMeters } from './meters.ts'
import { observeApplyBatch } from './observed-apply-batch.ts'
import { observeExecute } from './observed-execute.ts'
import { observeLoad } from './observed-load.ts'
import { observeLog } from './observed-log.ts'
import { ProjectionLag } from './projection-lag.ts'

export interface TelemetryOptions {
  /** The global one when absent. */
  readonly tracerProvider?: TracerProvider
  /** The global one when absent, as it is when this is called. */
  readonly meterProvider?: MeterProvider
  /** Put the names of streams on spans. False when absent: they hold ids, which may be personal data. */
  readonly streamNames?: boolean
}

/** What `open` takes as its `instruments`. */
export interface Telemetry {
  log(log: EventLog): EventLog
  load(load: LoadAggregate): LoadAggregate
  execute(execute: Execute): Execute
  applyBatch(applyBatch: ApplyBatch): ApplyBatch
}

const SCOPE = 'daybook'
/** Of the semantic conventions whose stable database names are used. */
const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.45.0'

/**
 * Spans and metrics for `open`. Register the OpenTelemetry SDK first: the API has no meters before that.
 *
 * @example
 * await using daybook = await open('postgres://…', { instruments: openTelemetry() })
 */
export function openTelemetry(options: TelemetryOptions = {}): Telemetry {
  const { tracerProvider = trace, meterProvider = metrics, streamNames = false } = options
  const meter = meterProvider.getMeter(SCOPE, undefined, { schemaUrl: SCHEMA_URL })
  const tracer = tracerProvider.getTracer(SCOPE, undefined, { schemaUrl: SCHEMA_URL })
  const recorder = { tracer, meters: toMeters(meter), streamNames }
  const lag = new ProjectionLag(meter)
  return {
    log: (log) => lag.rememberBare(observeLog(recorder, log), log),
    load: (load) => observeLoad(recorder, load),
    execute: (execute) => observeExecute(recorder, execute),
    applyBatch: (applyBatch) => observeApplyBatch(recorder, lag, applyBatch),
  }
}
