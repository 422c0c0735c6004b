import type { RecordedEvent } from '../events/index.ts'

/** The place of an effect: of which reactor, of which stored event, the how many-th of that from 0. */
export interface EffectPlace {
  readonly log: string
  readonly reactor: string
  readonly event: RecordedEvent
  /** Undefined for all that the event causes. */
  readonly index?: number
}

/**
 * What the outside knows an effect again by: `main/welcome/0199d3c4-…/0`. It is the same for each attempt, in every process
 * and release, and no other effect has it. It goes by the event's id, as a log that is restored from a backup gives
 * positions anew, to other events. At most 210 characters.
 */
export function toEffectKey({ log, reactor, event, index }: EffectPlace): string {
  const of = `${log}/${reactor}/${event.id}`
  return index === undefined ? of : `${of}/${index}`
}
