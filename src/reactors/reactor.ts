/**
 * A reactor: which effects facts have outside, as pure functions. An event goes in, effects come out as values; what is
 * done about them is said where the reactor runs.
 */
import {
  type AnyEventDefinition,
  assertSynchronous,
  brokenDefinition,
  findNameProblem,
  type RecordedEvent,
  type RecordedOf,
  toRead,
} from '../events/index.ts'
import { refuse } from '../store/index.ts'
import type { AnyEffectDefinition, Effect, EffectOf } from './effect.ts'

/** Any reactor's definition. */
export interface AnyReactor {
  readonly name: string
  readonly events: readonly AnyEventDefinition[]
  readonly effects: readonly AnyEffectDefinition[]
  /**
   * The effects of a stored event of one of the types, in order.
   * @throws `broken-definition`, `invalid-effect`, `unreadable-event`
   */
  react(recorded: RecordedEvent): readonly Reaction[]
}

/** An effect, and the event that it is of: in today's shape, and where a stored event is split the part of it. */
export interface Reaction<Event extends RecordedEvent = RecordedEvent, Caused extends Effect = Effect> {
  readonly event: Event
  readonly effect: Caused
}

export interface Reactor<Event extends AnyEventDefinition, Caused extends AnyEffectDefinition> extends AnyReactor {
  readonly events: readonly Event[]
  readonly effects: readonly Caused[]
  react(recorded: RecordedEvent): readonly Reaction<RecordedOf<Event>, EffectOf<Caused>>[]
}

export interface ReactorOptions<Event extends AnyEventDefinition, Caused extends AnyEffectDefinition> {
  /** The events that it reacts to; it sees no others. */
  readonly events: readonly Event[]
  /** The effects that it may cause. */
  readonly effects: readonly Caused[]
}

/** One pure function for each event: what it causes, which may be an effect, several in order, or nothing. */
export type Reactions<Event extends AnyEventDefinition, Caused extends AnyEffectDefinition> = {
  readonly [Each in Event as RecordedOf<Each>['type']]: (
    data: RecordedOf<Each>['data'],
    event: RecordedOf<Each>,
  ) => EffectOf<Caused> | readonly EffectOf<Caused>[] | null | undefined
}

/** A key holds it beside a log's name and an event's id, and is itself a command's id at times. */
const MAX_REACTOR_NAME_LENGTH = 100

/**
 * Defines a reactor; `.on({ … })` completes it. `daybook.react` runs it.
 *
 * @param name Names its checkpoint, and is part of the keys of its effects: at most 100 characters, and no slash.
 * @throws `invalid-argument` for a bad name, or two events or effects of one name
 * @example
 * const welcome = reactor('welcome', { events: [CustomerRegistered], effects: [SendMail] }).on({
 *   CustomerRegistered: ({ email }) => SendMail({ to: email, subject: 'Welcome' }),
 * })
 */
export function reactor<
  const Events extends readonly AnyEventDefinition[],
  const Effects extends readonly AnyEffectDefinition[],
>(
  name: string,
  options: ReactorOptions<Events[number], Effects[number]> & { readonly events: Events; readonly effects: Effects },
): { on(reactions: Reactions<Events[number], Effects[number]>): Reactor<Events[number], Effects[number]> } {
  assertReactorName(name)
  const names = options.effects.map(({ effect }) => effect)
  const twice = names.find((each, place) => names.indexOf(each) !== place)
  if (twice !== undefined) refuse('effects', `hold two definitions of ${twice}; give each name once`)
  const read = toRead<Events[number]>(options.events)
  return { on: (reactions) => complete(name, options, { read, reactions }) }
}

function assertReactorName(name: string): void {
  const problem = findNameProblem(name, MAX_REACTOR_NAME_LENGTH)
  if (problem !== undefined) refuse('name', problem)
  if (name.includes('/')) refuse('name', 'holds a slash, which stands between the parts of a key')
}

interface Reacting<Event extends AnyEventDefinition, Caused extends AnyEffectDefinition> {
  readonly read: (recorded: RecordedEvent) => readonly RecordedOf<Event>[]
  readonly reactions: Reactions<Event, Caused>
}

type ReactionsByType = Readonly<Record<string, ((data: unknown, event: RecordedEvent) => unknown) | undefined>>

function complete<Event extends AnyEventDefinition, Caused extends AnyEffectDefinition>(
  name: string,
  { events, effects }: ReactorOptions<Event, Caused>,
  { read, reactions }: Reacting<Event, Caused>,
): Reactor<Event, Caused> {
  const definition = `The reactor ${name}`
  // The compiler knows the entries one by one; here they are looked up by a type that only the event knows.
  const byType = reactions as unknown as ReactionsByType
  const missing = events.find(({ type, isRetired }) => !isRetired && typeof byType[type] !== 'function')
  if (missing !== undefined) throw brokenDefinition(definition, `has no reaction to ${missing.type}`)
  const names = new Set(effects.map(({ effect }) => effect))
  return {
    name,
    events,
    effects,
    react(recorded) {
      return read(recorded).flatMap((event) => {
        const given = byType[event.type]?.(event.data, event) ?? []
        assertSynchronous(given, definition, `reacts to ${event.type}`)
        const effects: readonly unknown[] = Array.isArray(given) ? given : [given]
        for (const effect of effects) assertDeclared(definition, names, effect)
        // Each is one of the declared effects, which only their definitions make.
        return effects.map((effect) => ({ event, effect: effect as EffectOf<Caused> }))
      })
    },
  }
}

function assertDeclared(definition: string, names: ReadonlySet<string>, given: unknown): void {
  const { effect } = (typeof given === 'object' && given !== null ? given : {}) as Partial<Effect>
  if (effect !== undefined && names.has(effect)) return
  const what = effect === undefined ? 'something that is no effect' : `${effect}, which is none of its effects`
  throw brokenDefinition(definition, `causes ${what}`)
}
