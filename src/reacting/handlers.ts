/** Who does what a reactor says: the only place where a reactor touches the world. */
import type { AnyEventDefinition, RecordedEvent, RecordedOf } from '../events/index.ts'
import type { AnyEffectDefinition, AnyReactor, Effect, EffectOf, Reactor } from '../reactors/index.ts'
import { MAX_CORRELATION_ID_LENGTH } from '../store/index.ts'

/** What a handler is told beside the effect's data. */
export interface EffectContext<Event extends RecordedEvent = RecordedEvent> {
  /**
   * Names the effect, in each attempt the same: give it to the outside, so that it does once what it is asked for twice.
   * At most 210 characters.
   */
  readonly key: string
  /** What it is an effect of, in today's shape. */
  readonly event: Event
  /** 1, 2, 3 … */
  readonly attempt: number
  /** Aborted when the attempt takes too long, or another instance has taken over. */
  readonly signal: AbortSignal
  /** Options for `daybook.execute`: the command happens once, and is known to be caused by the event. */
  readonly execution: EffectExecution
}

export interface EffectExecution {
  /** The effect's key. */
  readonly commandId: string
  /** The event's id. */
  readonly causationId: string
  /** The event's, where it has one. */
  readonly correlationId?: string
}

/**
 * One function for each effect. It is done when the function has ended; it is tried again when that throws. (A conditional
 * type, as the compiler finds the types of a function's parameters through no mapped one while it infers the reactor.)
 */
export type EffectHandlers<Definition extends AnyReactor> =
  Definition extends Reactor<infer Event, infer Caused> ? HandlersOf<Event, Caused> : never

type HandlersOf<Event extends AnyEventDefinition, Caused extends AnyEffectDefinition> = {
  readonly [Each in Caused as Each['effect']]: (
    data: EffectOf<Each>['data'],
    context: EffectContext<RecordedOf<Event>>,
  ) => unknown
}

/** The same, as it is looked up. */
export type AnyHandlers = Readonly<Record<string, (data: unknown, context: EffectContext) => unknown>>

/** The effects that nobody does. */
export function findUnhandled(effects: readonly AnyEffectDefinition[], handlers: AnyHandlers): readonly string[] {
  return effects.map(({ effect }) => effect).filter((effect) => typeof handlers[effect] !== 'function')
}

export interface Attempt {
  readonly effect: Effect
  readonly event: RecordedEvent
  readonly key: string
  readonly attempt: number
  readonly signal: AbortSignal
}

/** One attempt. @throws what the handler throws */
export async function handle(handlers: AnyHandlers, { effect, ...circumstances }: Attempt): Promise<void> {
  const { key, event } = circumstances
  const { correlationId } = event.metadata
  const isKnown =
    typeof correlationId === 'string' && correlationId !== '' && correlationId.length <= MAX_CORRELATION_ID_LENGTH
  const execution = { commandId: key, causationId: event.id, ...(isKnown && { correlationId }) }
  await handlers[effect.effect]?.(effect.data, { ...circumstances, execution })
}
