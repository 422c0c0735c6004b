import { type AnyAggregate, type AnyCommand, fold, type StateOf } from '../../aggregates/index.ts'
import type { InputOf } from '../../commands/index.ts'
import { findDifferences } from './differences.ts'
import type { Asking, History, WhenOptions } from './judge.ts'
import { toOutcome, toOutcomeLater } from './outcome.ts'
import type { Outcome } from './outcome-types.ts'
import { layOut } from './recorded.ts'
import { failUnmet } from './unmet.ts'

/** Nothing (`unknown`) for a command of the aggregate; else a sentence for the compiler to show. */
type OfAggregate<Asked extends AnyCommand, Over extends AnyAggregate> = Over extends Asked['aggregate']
  ? unknown
  : 'This is a command of another aggregate than the one given'

export interface WhenOneOptions extends WhenOptions {
  /** The aggregate's id: `1` when absent. */
  readonly id?: string
}

const SOME_ID = '1'

/** One aggregate, after the events given. */
export class GivenAggregate<Over extends AnyAggregate> {
  readonly #aggregate: Over
  readonly #history: History

  constructor(aggregate: Over, history: History) {
    this.#aggregate = aggregate
    this.#history = history
  }

  /**
   * The command is asked for: its input is validated, and its rule decides.
   *
   * @throws what the definitions do: `broken-definition`, `invalid-event`, `unreadable-event`
   */
  when<Asked extends AnyCommand>(
    command: Asked & OfAggregate<Asked, Over>,
    input: InputOf<Asked>,
    options: WhenOneOptions = {},
  ): Outcome<Asked, void> {
    return toOutcome<Asked>(this.#toAsking(command, input, options))
  }

  /** The same where the command's schema validates asynchronously; await the expectation. */
  whenAsync<Asked extends AnyCommand>(
    command: Asked & OfAggregate<Asked, Over>,
    input: InputOf<Asked>,
    options: WhenOneOptions = {},
  ): Outcome<Asked, Promise<void>> {
    return toOutcomeLater<Asked>(this.#toAsking(command, input, options))
  }

  /** This is the state after the events given. */
  thenState(expected: StateOf<Over>): void {
    const { name } = this.#aggregate
    const actual = fold(this.#aggregate, layOut(this.#history, `${name}-${SOME_ID}`))
    const lines = findDifferences('state', actual, expected)
    if (lines.length === 0) return
    failUnmet({ lines: [`The state of ${name} is not as expected:`, ...lines], actual, expected }, this.thenState)
  }

  #toAsking(command: AnyCommand, input: unknown, { id = SOME_ID, ...options }: WhenOneOptions): Asking {
    if (command.aggregate !== this.#aggregate) {
      throw new TypeError(
        `${command.name} is a command of ${command.aggregate.name}, given was ${this.#aggregate.name}.`,
      )
    }
    return { command, target: id, input, options, historyOf: () => this.#history }
  }
}
