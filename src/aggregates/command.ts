/** Commands, as they are defined: what is asked for, of which aggregates, and the rule that decides. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { AnyEventDefinition, Frozen, NewOf } from '../events/index.ts'
import type { AnyAggregate, StateOf } from './any-aggregate.ts'
import type { CommandOptions, Refusal } from './authorisation.ts'
import type { Rejection } from './rejection.ts'

/** What a rule may know of the world beside state and input. */
export interface CommandContext extends CommandCircumstances {
  /** Of the aggregate: `A17`. */
  readonly id: string
  /** Such as `account-A17`. */
  readonly stream: string
}

export interface CommandCircumstances {
  /** When the execution began. */
  readonly now: Date
  readonly correlationId: string
  readonly commandId?: string
  readonly actor?: string
  /** When it happened in the world (ISO 8601), if the caller said so. */
  readonly effectiveAt?: string
}

/** What a rule may decide: an event, several, nothing, or a rejection. */
export type Decided<Definition extends AnyEventDefinition> =
  | NewOf<Definition>
  | readonly NewOf<Definition>[]
  | Rejection
  | undefined

/** A request to one aggregate. */
export interface Command<
  Over extends AnyAggregate,
  Schema extends StandardSchemaV1,
  Decision,
  Answer extends Refusal | undefined = undefined,
> extends CommandOptions<StandardSchemaV1.InferOutput<Schema>, string, Answer> {
  readonly name: string
  readonly aggregate: Over
  readonly schema: Schema
  decide(state: StateOf<Over>, input: StandardSchemaV1.InferOutput<Schema>, context: CommandContext): Decision
}

export type AnyCommand = Command<AnyAggregate, StandardSchemaV1, unknown, Refusal | undefined>

/** Aggregates, by the part that each plays in a command over several. */
export type Parts = Readonly<Record<string, AnyAggregate>>

export interface JointContext<Part extends string = string> extends CommandCircumstances {
  readonly ids: Readonly<Record<Part, string>>
  readonly streams: Readonly<Record<Part, string>>
}

export type StatesOf<Over extends Parts> = { readonly [Part in keyof Over]: Frozen<StateOf<Over[Part]>> }

/** What a rule over several aggregates may decide: events for some of the parts, nothing, or a rejection. */
export type DecidedJointly<Over extends Parts> = DecidedParts<Over> | Rejection | undefined

type DecidedParts<Over extends Parts> = {
  readonly [Part in keyof Over]?: NewOf<Over[Part]['events'][number]> | readonly NewOf<Over[Part]['events'][number]>[]
}

/** An id for each part. */
export type IdsOf<Over extends Parts> = { readonly [Part in keyof Over]: string }

/** A request to several aggregates at once. */
export interface JointCommand<
  Over extends Parts,
  Schema extends StandardSchemaV1,
  Decision,
  Answer extends Refusal | undefined = undefined,
> extends CommandOptions<StandardSchemaV1.InferOutput<Schema>, IdsOf<Over>, Answer> {
  readonly name: string
  readonly aggregates: Over
  readonly schema: Schema
  decide(
    states: StatesOf<Over>,
    input: StandardSchemaV1.InferOutput<Schema>,
    context: JointContext<keyof Over & string>,
  ): Decision
}

export type AnyJointCommand = JointCommand<Parts, StandardSchemaV1, unknown, Refusal | undefined>

/** Nothing (`unknown`), unless the decision has parts that the command does not: a misspelt one would be lost otherwise. */
type OnlyParts<Decision, Over extends Parts> = [OtherPart<Decision, Over>] extends [never]
  ? unknown
  : { readonly [Part in OtherPart<Decision, Over>]?: never }

type OtherPart<Decision, Over extends Parts> = Decision extends Rejection | undefined
  ? never
  : Exclude<keyof Decision, keyof Over>

/**
 * Defines a request over several aggregates: its events are recorded in all their streams, or in none, and only if
 * each stream is still at the version that the rule has seen, also those that it adds nothing to.
 *
 * @param aggregates The aggregates, by the part that each plays. Executed, each part is given another stream's id.
 * @param decide The rule: from the states to `{ part: events }`, nothing, or `reject(…)`. It is pure.
 * @example
 * const transfer = command('Transfer', { from: Account, to: Account }, z.object({ amount: z.int().positive() }),
 *   ({ from }, input) => from.balance < input.amount
 *     ? reject('InsufficientFunds', { balance: from.balance })
 *     : { from: FundsWithdrawn({ ...input, channel: 'transfer' }), to: FundsDeposited(input) })
 * await daybook.execute(transfer, { from: 'A17', to: 'B4' }, { amount: 20 })
 */
export function command<
  Over extends Parts,
  Schema extends StandardSchemaV1,
  Decision extends DecidedJointly<Over>,
  Answer extends Refusal | undefined = undefined,
>(
  name: string,
  aggregates: Over,
  schema: Schema,
  decide: (
    states: StatesOf<Over>,
    input: StandardSchemaV1.InferOutput<Schema>,
    context: JointContext<keyof Over & string>,
  ) => Decision & OnlyParts<Decision, Over>,
  options: CommandOptions<StandardSchemaV1.InferOutput<Schema>, IdsOf<Over>, Answer> = {},
): JointCommand<Over, Schema, Decision, Answer> {
  return { ...options, name, aggregates, schema, decide }
}
