import type { AnyCommandWithin } from '../../aggregates/index.ts'
import type { InputOf } from '../../commands/index.ts'
import { type AnyEventDefinition, type NewOf, type RecordedEvent, toRead } from '../../events/index.ts'
import type { AnyReadModel, RowOf } from '../../readmodels/index.ts'
import { findDifferences } from './differences.ts'
import { compareEvents, toShownEvent } from './expectations.ts'
import type { Asking, WhenOptions } from './judge.ts'
import { toOutcome, toOutcomeLater } from './outcome.ts'
import type { Outcome } from './outcome-types.ts'
import { rowsOf } from './rows.ts'
import { assertExpected, failUnmet } from './unmet.ts'

/** A log that holds the events given. */
export class GivenEvents {
  readonly #events: readonly RecordedEvent[]

  constructor(events: readonly RecordedEvent[]) {
    this.#events = events
  }

  /**
   * The read model is folded from the events that it names; it sees no others.
   *
   * @throws `projection-failed`, as a projection would
   */
  project<Model extends AnyReadModel>(readModel: Model): GivenRows<RowOf<Model>> {
    return new GivenRows(readModel.name, rowsOf(readModel, this.#events))
  }

  /**
   * A command within boundaries is asked for: its input is validated, and its rule decides on what its boundaries cover.
   *
   * @throws what the definitions do: `broken-definition`, `invalid-event`, `unreadable-event`
   */
  when<Asked extends AnyCommandWithin>(
    command: Asked,
    input: InputOf<Asked>,
    options: WhenOptions = {},
  ): Outcome<Asked, void> {
    return toOutcome<Asked>(this.#toAsking(command, input, options))
  }

  /** The same where the command's schema or hook takes its time; await the expectation. */
  whenAsync<Asked extends AnyCommandWithin>(
    command: Asked,
    input: InputOf<Asked>,
    options: WhenOptions = {},
  ): Outcome<Asked, Promise<void>> {
    return toOutcomeLater<Asked>(this.#toAsking(command, input, options))
  }

  #toAsking(command: AnyCommandWithin, input: unknown, options: WhenOptions): Asking {
    return { command, target: undefined, input, options, historyOf: () => this.#events }
  }

  /**
   * The events are read with these definitions, which lift them to today's shape.
   *
   * @throws `unreadable-event` for one that is of none of them, or newer; `broken-definition`
   */
  read<Definitions extends readonly [AnyEventDefinition, ...AnyEventDefinition[]]>(
    ...definitions: Definitions
  ): GivenRead<Definitions[number]> {
    return new GivenRead(this.#events.flatMap(toRead(definitions)))
  }
}

/** The rows of a read model. */
export class GivenRows<Row> {
  readonly #readModel: string
  readonly #rows: ReadonlyMap<string, unknown>

  constructor(readModel: string, rows: ReadonlyMap<string, unknown>) {
    this.#readModel = readModel
    this.#rows = rows
  }

  /** Exactly these rows, by key. */
  // biome-ignore lint/suspicious/noThenProperty: given, when, then
  then(expected: Readonly<Record<string, Row>>): void {
    assertExpected(expected)
    const actual = Object.fromEntries(this.#rows)
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
    const lines = [...keys].flatMap((key) => findDifferences(key, actual[key], expected[key]))
    if (lines.length === 0) return
    failUnmet({ lines: [`The rows of ${this.#readModel} are not as expected:`, ...lines], actual, expected }, this.then)
  }
}

/** Events in today's shape. */
export class GivenRead<Definition extends AnyEventDefinition> {
  readonly #events: readonly RecordedEvent[]

  constructor(events: readonly RecordedEvent[]) {
    this.#events = events
  }

  /** Exactly these events: their types and data; and their metadata and ids where the expected events say some. */
  // biome-ignore lint/suspicious/noThenProperty: given, when, then
  then(...expected: readonly NewOf<Definition>[]): void {
    assertExpected(expected[0])
    // Tags are made when an event is, and stay as they were stored.
    const wanted = expected.map((event) => ({ ...event, tags: [] }))
    const events = this.#events.map((event) => ({ ...event, tags: [] }))
    const lines = compareEvents(undefined, events, wanted)
    if (lines.length === 0) return
    const actual = events.map((event, place) => toShownEvent(event, wanted[place]))
    const shown = wanted.map((event) => toShownEvent(event, event))
    failUnmet({ lines: ['The events do not read as expected:', ...lines], actual, expected: shown }, this.then)
  }
}
