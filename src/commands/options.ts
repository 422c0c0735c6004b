import { findNameProblem, type Metadata } from '../events/index.ts'
import { type ExpectedVersion, MAX_CORRELATION_ID_LENGTH, refuse } from '../store/index.ts'

/** Circumstances of one execution; `Target` is what the command is executed on. */
export interface ExecuteOptions<Target = string> extends RetryBounds {
  /** Makes the command happen once: a repeat gets the first one's result. At most 255 characters. */
  readonly commandId?: string
  /** Who asks. */
  readonly actor?: string
  /** What belongs together: at most 255 characters; the command id, or a new id, when absent. */
  readonly correlationId?: string
  /** What caused the command: the id of an event or of another command; the command's own id when absent. */
  readonly causationId?: string
  /** When it happened in the world, where that is not now: a Date, or ISO 8601. */
  readonly effectiveAt?: Date | string
  /** The caller's own, recorded with each event. */
  readonly metadata?: Metadata
  /** Decide only if the stream is at this version; a command over several takes one for each part. Then nothing is retried. */
  readonly expectedVersion?: ExpectedOn<Target>
  /** Gives up waiting and throws its reason. What has been sent may be recorded all the same. */
  readonly signal?: AbortSignal
}

type ExpectedOn<Target> = Target extends undefined
  ? never
  : Target extends string
    ? ExpectedVersion
    : { readonly [Part in keyof Target]?: ExpectedVersion }

/** How long to go on when others write meanwhile; what is reached first ends in a `conflict`. */
export interface RetryBounds {
  /** How often to decide, at most: 1 or more; 20 when absent. */
  readonly maxAttempts?: number
  /** No attempt begins later than this after the first: 0 or more milliseconds; 10,000 when absent. */
  readonly retryForMs?: number
}

/** How a daybook executes commands. */
export interface CommandsOptions extends RetryBounds {
  /**
   * How long the ids of commands are kept, in milliseconds: for ever when absent. A repeat that comes later is executed
   * as a new command. Older ids go within a tenth of that time more, ten minutes at the most, while commands with ids
   * are executed.
   */
  readonly keepForMs?: number
}

/** Of sixteen stores that write one stream without a pause, one command in a hundred needs more than twelve. */
const DEFAULT_MAX_ATTEMPTS = 20
/** A caller who has waited this long is better served by an answer. */
const DEFAULT_RETRY_FOR_MS = 10_000

/** The bounds of an execution; what it does not say itself is as the daybook has it. @throws `invalid-argument` */
export function toRetryBounds(options: RetryBounds, defaults: RetryBounds = {}): Required<RetryBounds> {
  const maxAttempts = options.maxAttempts ?? defaults.maxAttempts ?? DEFAULT_MAX_ATTEMPTS
  const retryForMs = options.retryForMs ?? defaults.retryForMs ?? DEFAULT_RETRY_FOR_MS
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) refuse('maxAttempts', 'is not a whole number from 1 on')
  if (!(retryForMs >= 0)) refuse('retryForMs', 'is not a number of milliseconds from 0 on')
  return { maxAttempts, retryForMs }
}

/** ISO 8601, as it is recorded. @throws `invalid-argument` */
export function toEffectiveAt(time: Date | string): string {
  if (!Number.isNaN(new Date(time).getTime())) return typeof time === 'string' ? time : time.toISOString()
  return refuse('effectiveAt', 'is not a time; give a valid Date or a text in ISO 8601')
}

/** A command's id may become the correlation id, so the bounds of both are the same. @throws `invalid-argument` */
export function assertId(id: string, argument: 'commandId' | 'correlationId'): void {
  const problem = findNameProblem(id, MAX_CORRELATION_ID_LENGTH)
  if (problem !== undefined) refuse(argument, problem)
}
