import type { AnyAggregate, AnyJointCommand } from '../../aggregates/index.ts'
import type { InputOf } from '../../commands/index.ts'
import type { NewEvent, NewOf } from '../../events/index.ts'
import type { Asking, History, WhenOptions } from './judge.ts'
import { toOutcome, toOutcomeLater } from './outcome.ts'
import type { Outcome } from './outcome-types.ts'

/** What has happened to the aggregates of a joint command, by the part that each plays. */
export type Histories = Readonly<Record<string, NewEvent | readonly NewEvent[]>>

/** Nothing (`unknown`) where the histories fit the command's parts; else a sentence for the compiler to show. */
type OfParts<Asked extends AnyJointCommand, Given extends Histories> = {
  [Part in keyof Given]: Part extends keyof Asked['aggregates']
    ? Complaint<Given, Part, Asked['aggregates'][Part]>
    : NoPart<Part>
}[keyof Given] extends infer Problem
  ? [Problem] extends [never]
    ? unknown
    : Problem
  : never

type NoPart<Part> = `The command has no part ${Part & string}, which was given`

type Complaint<Given extends Histories, Part extends keyof Given, Over extends AnyAggregate> =
  Flat<Given[Part]> extends NewOf<Over['events'][number]>
    ? never
    : `The events given for ${Part & string} are not all events of its aggregate`

type Flat<Events> = Events extends readonly (infer Each)[] ? Each : Events

export interface WhenJointOptions<Asked extends AnyJointCommand> extends WhenOptions {
  /** The aggregates' ids; a part's is its name when absent. */
  readonly ids?: { readonly [Part in keyof Asked['aggregates']]?: string }
}

/** Several aggregates, each after the events given for its part. */
export class GivenParts<Given extends Histories> {
  readonly #histories: Given

  constructor(histories: Given) {
    this.#histories = histories
  }

  /**
   * The joint command is asked for: its input is validated, and its rule decides.
   *
   * @throws what the definitions do: `broken-definition`, `invalid-event`, `unreadable-event`
   */
  when<Asked extends AnyJointCommand>(
    command: Asked & OfParts<Asked, Given>,
    input: InputOf<Asked>,
    options: WhenJointOptions<Asked> = {},
  ): Outcome<Asked, void> {
    return toOutcome<Asked>(this.#toAsking<Asked>(command, input, options))
  }

  /** The same where the command's schema validates asynchronously; await the expectation. */
  whenAsync<Asked extends AnyJointCommand>(
    command: Asked & OfParts<Asked, Given>,
    input: InputOf<Asked>,
    options: WhenJointOptions<Asked> = {},
  ): Outcome<Asked, Promise<void>> {
    return toOutcomeLater<Asked>(this.#toAsking<Asked>(command, input, options))
  }

  #toAsking<Asked extends AnyJointCommand>(
    command: Asked,
    input: unknown,
    { ids = {}, ...options }: WhenJointOptions<Asked>,
  ): Asking {
    const parts = Object.keys(command.aggregates)
    const other = Object.keys(this.#histories).find((part) => !parts.includes(part))
    if (other !== undefined) throw new TypeError(`${command.name} has no part ${other}; it has ${parts.join(', ')}.`)
    const idOf = (part: string) => (ids as Readonly<Record<string, string>>)[part] ?? part
    const target = Object.fromEntries(parts.map((part) => [part, idOf(part)]))
    const historyOf = (part = ''): History => [this.#histories[part] ?? []].flat()
    return { command, target, input, options, historyOf }
  }
}
