/** The real SDK, exporting to memory: what a test asks of spans and metrics. */
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { openTelemetry, type TelemetryOptions } from 'daybook/telemetry'
import { afterAll, beforeAll } from 'vitest'

/** Parents are found through the one context manager of the process. */
export function useContextManager(): void {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterAll(() => context.disable())
}

export interface Point {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: unknown
}

export function record(options: TelemetryOptions = {}, temporality = AggregationTemporality.CUMULATIVE) {
  const spanExporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] })
  const metricExporter = new InMemoryMetricExporter(temporality)
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const spans = (): ReadableSpan[] => spanExporter.getFinishedSpans()
  const collect = async () => {
    metricExporter.reset()
    await meterProvider.forceFlush()
    return metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
  }
  return {
    instruments: openTelemetry({ tracerProvider, meterProvider, ...options }),
    tracer: tracerProvider.getTracer('test'),
    spans,
    collect,
    /** The only finished span of that name. */
    span(name: string): ReadableSpan {
      const [found, ...others] = spans().filter((span) => span.name === name)
      if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} spans are named ${name}.`)
      return found
    },
    async points(name: string): Promise<readonly Point[]> {
      const metric = (await collect()).find(({ descriptor }) => descriptor.name === name)
      return (metric?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value }))
    },
  }
}
