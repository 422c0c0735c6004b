import type { Metadata } from '../events/index.ts'
import { type ExpectedVersion, refuse } from '../store/index.ts'

/** Circumstances of one execution; `Target` is what the command is executed on. */
export interface ExecuteOptions<Target = string> {
  /** Makes the command happen once: a repeat gets the first one's result. At most 255 characters. */
  readonly commandId?: string
  /** Who asks. */
  readonly actor?: string
  /** What belongs together; the command id, or a new id, when absent. */
  readonly correlationId?: string
  /** What caused the command: the id of an event or of another command; the command's own id when absent. */
  readonly causationId?: string
  /** When it happened in the world, where that is not now: a Date, or ISO 8601. */
  readonly effectiveAt?: Date | string
  /** The caller's own, recorded with each event. */
  readonly metadata?: Metadata
  /** Decide only if the stream is at this version; a command over several takes one for each part. Then nothing is retried. */
  readonly expectedVersion?: Target extends string
    ? ExpectedVersion
    : { readonly [Part in keyof Target]?: ExpectedVersion }
  /** Gives up waiting and throws its reason. What has been sent may be recorded all the same. */
  readonly signal?: AbortSignal
  /** How often to decide, at most, when others write to the same stream meanwhile: 1 or more; 20 when absent. */
  readonly maxAttempts?: number
}

/** ISO 8601, as it is recorded. @throws `invalid-argument` */
export function toEffectiveAt(time: Date | string): string {
  if (!Number.isNaN(new Date(time).getTime())) return typeof time === 'string' ? time : time.toISOString()
  return refuse('effectiveAt', 'is not a time; give a valid Date or a text in ISO 8601')
}

/** @throws `invalid-argument` */
export function assertMaxAttempts(maxAttempts: number): void {
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) refuse('maxAttempts', 'is not a whole number from 1 on')
}
