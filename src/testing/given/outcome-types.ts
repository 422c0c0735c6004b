/** What the compiler lets one expect of a command: its own events, its own reasons, each with its details. */
import type { InStream, Refusal, Rejection } from '../../aggregates/index.ts'
import type { Executable } from '../../commands/index.ts'
import type { NewEvent } from '../../events/index.ts'

type DecisionOf<Asked extends Executable> = ReturnType<Asked['decide']>

/** The events that a decision may have. */
type EventOf<Decision> = Decision extends readonly (infer Each)[]
  ? EventOf<Each>
  : Decision extends NewEvent
    ? Decision
    : never

type ReasonOf<Decision> = Decision extends Rejection<infer Reason, unknown> ? Reason : never

/** None, where the reason has none; else they may be left out, and are not looked at then. */
type DetailsOf<Decision, Reason> =
  Decision extends Rejection<infer Each, infer Details>
    ? Reason extends Each
      ? OptionalDetails<Details>
      : never
    : never

type OptionalDetails<Details> = Details extends undefined ? [] : [details?: Details]

/** What may be expected for the parts of a joint command. */
type EventsByPart<Asked extends Executable> = Asked extends { readonly aggregates: infer Over }
  ? { readonly [Part in keyof Over]?: OneOrSeveral<EventAt<DecisionOf<Asked>, Part>> }
  : never

type OneOrSeveral<Event> = Event | readonly [Event, ...Event[]]

type EventAt<Decision, Part extends PropertyKey> = Decision extends Rejection
  ? never
  : Decision extends { readonly [Each in Part]?: infer Events }
    ? EventOf<Events>
    : never

/** What is decided for streams, of any of them. */
type PlacedOf<Decision> = Decision extends readonly (infer Each)[]
  ? PlacedOf<Each>
  : Decision extends InStream<infer Event>
    ? InStream<Event>
    : never

type Expected<Asked extends Executable> = Asked extends { readonly aggregates: unknown }
  ? [events: EventsByPart<Asked>]
  : Asked extends { readonly within: unknown }
    ? OneOrMore<PlacedOf<DecisionOf<Asked>>>
    : OneOrMore<EventOf<DecisionOf<Asked>>>

type OneOrMore<Each> = [first: Each, ...others: Each[]]

type StatesWithin<Over> = {
  readonly [Part in keyof Over]?: Over[Part] extends { readonly boundary: { readonly initial: infer State } }
    ? State
    : never
}

type AnswerOf<Asked extends Executable> = Awaited<ReturnType<NonNullable<Asked['authorise']>>>

type RefusedReasonOf<Answer> = Answer extends Refusal<infer Reason, unknown> ? Reason : never

type RefusedDetailsOf<Answer, Reason> =
  Answer extends Refusal<infer Each, infer Details> ? (Reason extends Each ? OptionalDetails<Details> : never) : never

type StateAfter<Asked extends Executable> = Asked extends { readonly aggregates: infer Over }
  ? { readonly [Part in keyof Over]?: Over[Part] extends { readonly initial: infer State } ? State : never }
  : Asked extends { within(input: never): infer Over }
    ? StatesWithin<Over>
    : Asked extends { readonly aggregate: { readonly initial: infer State } }
      ? State
      : never

/**
 * What came of a command. Say one thing that you expect: it throws an AssertionError with a readable difference when it
 * is not so. `Answer` is `void`, or a promise where the command was validated asynchronously.
 */
export interface Outcome<Asked extends Executable, Answer> {
  /**
   * Exactly these events: their types, data and tags; and their metadata and ids where the expected events say some. Of
   * a joint command: `{ part: event or events }`; a part that is left out gets none. Of a command within boundaries:
   * `inStream(stream, event or events)`, for each stream that gets some.
   */
  then(...expected: Expected<Asked>): Answer
  /** Accepted, and there was nothing to record. */
  thenNothing(): Answer
  /** Rejected for this reason; with these details, if they are given. */
  thenRejected<const Reason extends ReasonOf<DecisionOf<Asked>>>(
    reason: Reason,
    ...details: DetailsOf<DecisionOf<Asked>, Reason>
  ): Answer
  /** The command's own hook does not let whoever asks, for this reason; with these details, if they are given. */
  thenUnauthorised<const Reason extends RefusedReasonOf<AnswerOf<Asked>>>(
    reason: Reason,
    ...details: RefusedDetailsOf<AnswerOf<Asked>, Reason>
  ): Answer
  /** The input is refused at these paths and no others (`'items[0].price'`), in any order; without paths: anywhere. */
  thenInvalid(...paths: readonly string[]): Answer
  /** Accepted, and this is the state then; of a joint command, or one within boundaries: of the parts named. */
  thenState(state: StateAfter<Asked>): Answer
}
