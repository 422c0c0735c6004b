/**
 * An aggregate: how the events of one category become state. It is pure data and pure functions; loading it is in
 * load.ts, deciding over it in the commands room.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import {
  type AnyEventDefinition,
  assertWhole,
  brokenDefinition,
  type Frozen,
  freezeDeep,
  type GivesKnown,
  type JsonOnly,
  type RecordedEvent,
  type RecordedOf,
  toRead,
} from '../events/index.ts'
import type { AnyAggregate, SnapshotPolicy } from './any-aggregate.ts'
import type { CommandOptions, Refusal } from './authorisation.ts'
import { assertCategory } from './category.ts'
import type { Command, CommandContext, Decided } from './command.ts'
import { type EvolveByType, evolveBy } from './evolve.ts'
import { toFingerprint } from './fingerprint.ts'
import { toSnapshotPolicy } from './snapshots.ts'

export interface Aggregate<State, Definitions extends readonly AnyEventDefinition[]> extends AnyAggregate {
  readonly events: Definitions
  readonly initial: State

  /**
   * The state after one more event of the stream, which may be stored in an older shape, or be several by now, or none.
   * @throws `unreadable-event` for an event that the aggregate does not have
   */
  apply(state: State, recorded: RecordedEvent): State

  /**
   * Defines a request that may add events to one such aggregate.
   *
   * @param name What is asked for, in the imperative: `Withdraw`. It is recorded with each event.
   * @param schema Validates the input, any Standard Schema; the rule sees only what it puts out.
   * @param decide The rule: from state and input to one event, several, none (`undefined` or `[]`), or `reject(…)`. It
   *   is pure: what it needs of the world is in its context or in the input.
   * @param options A hook that may refuse whoever asks.
   */
  command<
    const Name extends string,
    Schema extends StandardSchemaV1,
    Decision extends Decided<Definitions[number]>,
    Answer extends Refusal | undefined = undefined,
  >(
    name: Name,
    schema: Schema,
    decide: (state: Frozen<State>, input: StandardSchemaV1.InferOutput<Schema>, context: CommandContext) => Decision,
    options?: CommandOptions<StandardSchemaV1.InferOutput<Schema>, string, Answer>,
  ): Command<Aggregate<State, Definitions>, Schema, Decision, Answer>
}

export interface AggregateOptions<State, Definitions extends readonly AnyEventDefinition[]> {
  /** All events that its streams may hold. */
  readonly events: Definitions
  /** The state before the first event; it is frozen. Say `as Cart` where the literal says too little. */
  readonly initial: State
  /**
   * Keeps the state at some versions, so that loading reads few events: `true` for every 50. The state must be JSON
   * then. Off when absent.
   */
  readonly snapshot?: false | ((SnapshotPolicy | true) & JsonOnly<State>)
}

/** One pure function for each event: the state after it, from the state before it. */
export type Evolve<State, Definition extends AnyEventDefinition> = {
  readonly [Each in Definition as RecordedOf<Each>['type']]: (
    state: Frozen<State>,
    data: RecordedOf<Each>['data'],
    event: RecordedOf<Each>,
  ) => State
}

/**
 * Defines an aggregate; `.evolve({ … })` completes it.
 *
 * @param name The category of its streams: `account` for `account-A17`. Without a hyphen.
 * @throws `invalid-argument` for a bad name, two events of one type, or snapshots every so many that it is no number
 * @example
 * const Account = aggregate('account', {
 *   events: [FundsDeposited, FundsWithdrawn],
 *   initial: { balance: 0 },
 * }).evolve({
 *   FundsDeposited: (account, { amount }) => ({ balance: account.balance + amount }),
 *   FundsWithdrawn: (account, { amount }) => ({ balance: account.balance - amount }),
 * })
 */
export function aggregate<State, const Definitions extends readonly AnyEventDefinition[]>(
  name: string,
  options: AggregateOptions<State, Definitions>,
): {
  evolve<Functions extends Evolve<State, Definitions[number]>>(
    evolve: Functions & GivesKnown<Functions, State, Definitions[number]['type']>,
  ): Aggregate<State, Definitions>
} {
  assertCategory(name)
  assertWhole(options.events)
  const read = toRead<Definitions[number]>(options.events)
  return { evolve: (evolve) => complete(name, options, { read, evolve }) }
}

interface Fold<State, Definitions extends readonly AnyEventDefinition[]> {
  readonly read: (recorded: RecordedEvent) => readonly RecordedOf<Definitions[number]>[]
  readonly evolve: Evolve<State, Definitions[number]>
}

function complete<State, Definitions extends readonly AnyEventDefinition[]>(
  name: string,
  { events, initial, snapshot }: AggregateOptions<State, Definitions>,
  fold: Fold<State, Definitions>,
): Aggregate<State, Definitions> {
  // The compiler knows the entries one by one; here they are looked up by a type that only the event knows.
  const evolve = fold.evolve as unknown as EvolveByType<State>
  const missing = events.find(({ type, isRetired }) => !isRetired && typeof evolve[type] !== 'function')
  const definition = `The aggregate ${name}`
  if (missing !== undefined) throw brokenDefinition(definition, `has no evolve entry for ${missing.type}`)
  const policy = toSnapshotPolicy(name, snapshot)
  return {
    name,
    events,
    initial: freezeDeep(initial),
    snapshot: policy,
    fingerprint: toFingerprint(initial, events, evolve, policy?.revision),
    read: fold.read,
    apply(state, recorded) {
      return fold.read(recorded).reduce((before, event) => evolveBy(definition, evolve, before, event), state)
    },
    command(commandName, schema, decide, options) {
      return { ...options, name: commandName, aggregate: this, schema, decide }
    },
  }
}
