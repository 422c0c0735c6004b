import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { isDaybookError } from '../errors/index.ts'
import type { Meters } from './meters.ts'

/** Where everything is recorded. */
export interface Recorder {
  readonly tracer: Tracer
  readonly meters: Meters
  readonly streamNames: boolean
}

export interface OperationBeginning {
  readonly name: string
  /** On the span and on the metrics: of few different values. */
  readonly labels: Attributes
  /** On the span alone. */
  readonly details?: Attributes
  readonly duration: Histogram
  readonly kind?: SpanKind
  /** Begins a trace of its own. */
  readonly isRoot?: boolean
}

export interface OperationEnding {
  readonly outcome: string
  /** Makes it a failure. */
  readonly errorType?: string
  readonly details?: Attributes
  /** The time that counts, where it is not all the time from beginning to end. */
  readonly durationMs?: number
}

/** Something under way: a span, and one measurement of a duration when it ends. */
export class Operation {
  /** With the span, for what belongs to the operation. */
  readonly context: Context
  readonly #span: Span
  readonly #beginning: OperationBeginning
  readonly #begunAtMs = performance.now()

  constructor(tracer: Tracer, beginning: OperationBeginning) {
    const { name, labels, details, kind = SpanKind.INTERNAL, isRoot = false } = beginning
    this.#beginning = beginning
    this.#span = tracer.startSpan(name, { kind, root: isRoot, attributes: { ...labels, ...details } })
    this.context = trace.setSpan(context.active(), this.#span)
  }

  end({ outcome, errorType, details, durationMs = performance.now() - this.#begunAtMs }: OperationEnding): void {
    const labels = { 'daybook.outcome': outcome, ...(errorType === undefined ? {} : { 'error.type': errorType }) }
    this.#span.setAttributes({ ...labels, ...details })
    if (errorType !== undefined) this.#fail(errorType)
    this.#span.end()
    this.#beginning.duration.record(durationMs / 1_000, { ...this.#beginning.labels, ...labels }, this.context)
  }

  /** Neither message nor stack, which begins with the message: it may quote an id or a value. */
  #fail(errorType: string): void {
    this.#span.recordException({ code: errorType })
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: errorType })
  }
}

/** What an error makes of an operation. An abort is what the caller wanted, and no failure. */
export function toFailure(
  error: unknown,
  signal: AbortSignal | undefined,
): Pick<OperationEnding, 'outcome' | 'errorType'> {
  if (signal?.aborted === true && error === signal.reason) return { outcome: 'aborted' }
  const errorType = toErrorType(error)
  return { outcome: isDaybookError(error) ? errorType : 'failed', errorType }
}

/** What the semantic conventions say of an error that has no name. */
const OTHER_ERROR = '_OTHER'
/** A name; anything else could be a message. */
const ERROR_NAME = /^[A-Za-z_$][\w$]{0,63}$/

/** The code of a DaybookError, or the name of any other. */
function toErrorType(error: unknown): string {
  if (isDaybookError(error)) return error.code
  return error instanceof Error && ERROR_NAME.test(error.name) ? error.name : OTHER_ERROR
}
