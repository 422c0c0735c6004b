import type { InStream } from '../../aggregates/index.ts'
import type { Executable } from '../../commands/index.ts'
import type { NewEvent } from '../../events/index.ts'
import {
  type Expectation,
  expectEvents,
  expectInvalid,
  expectNothing,
  expectReason,
  expectStates,
} from './expectations.ts'
import { type Asking, type EventsByPart, type Judged, judge } from './judge.ts'
import type { Outcome } from './outcome-types.ts'
import { assertExpected, failUnmet } from './unmet.ts'

/** What came of a command, at once. @throws what the definitions do, and where the schema does not answer at once */
export function toOutcome<Asked extends Executable>(asking: Asking): Outcome<Asked, void> {
  const judged = judge(asking)
  if (!(judged instanceof Promise)) return toTyped<Asked, void>(asking.command, judged)
  judged.catch(() => {})
  throw new Error(
    `The command ${asking.command.name} validates its input or asks its hook asynchronously: await given(…).whenAsync(…).then(…).`,
  )
}

/** The same of a command whose schema takes its time: each expectation is a promise. */
export function toOutcomeLater<Asked extends Executable>(asking: Asking): Outcome<Asked, Promise<void>> {
  const judged = Promise.resolve(judge(asking))
  // A failure is for the expectation to meet.
  judged.catch(() => {})
  return toTyped<Asked, Promise<void>>(asking.command, judged)
}

/** The types of what may be expected are the command's; what is done with it is the same for all. */
function toTyped<Asked extends Executable, Answer>(command: Executable, judged: Judged | Promise<Judged>) {
  return new CheckedOutcome(command, judged) as unknown as Outcome<Asked, Answer>
}

class CheckedOutcome {
  readonly #command: Executable
  readonly #judged: Judged | Promise<Judged>

  constructor(command: Executable, judged: Judged | Promise<Judged>) {
    this.#command = command
    this.#judged = judged
  }

  // biome-ignore lint/suspicious/noThenProperty: given, when, then
  then(...expected: readonly unknown[]): void | Promise<void> {
    assertExpected(expected[0])
    return this.#check(expectEvents(this.#byPart(expected)), this.then)
  }

  thenNothing(): void | Promise<void> {
    return this.#check(expectNothing(), this.thenNothing)
  }

  thenRejected(reason: string, ...details: readonly unknown[]): void | Promise<void> {
    return this.#check(expectReason('rejected', reason, details), this.thenRejected)
  }

  thenUnauthorised(reason: string, ...details: readonly unknown[]): void | Promise<void> {
    return this.#check(expectReason('unauthorised', reason, details), this.thenUnauthorised)
  }

  thenInvalid(...paths: readonly string[]): void | Promise<void> {
    return this.#check(expectInvalid(paths), this.thenInvalid)
  }

  thenState(state: unknown): void | Promise<void> {
    const hasParts = !('aggregate' in this.#command)
    const states = hasParts ? Object.entries(state as Readonly<Record<string, unknown>>) : [[undefined, state] as const]
    return this.#check(expectStates(new Map(states)), this.thenState)
  }

  #byPart(expected: readonly unknown[]): EventsByPart {
    if ('within' in this.#command) return byStream(expected as readonly InStream[])
    if ('aggregate' in this.#command) return new Map([[undefined, expected as readonly NewEvent[]]])
    const [parts = {}] = expected as readonly Readonly<Record<string, NewEvent | readonly NewEvent[]>>[]
    const names = new Set([...Object.keys(this.#command.aggregates), ...Object.keys(parts)])
    return new Map([...names].map((part) => [part, [parts[part] ?? []].flat()]))
  }

  // biome-ignore lint/complexity/noBannedTypes: what AssertionError takes
  #check(expectation: Expectation, calledBy: Function): void | Promise<void> {
    const check = (judged: Judged) => {
      const unmet = expectation(this.#command.name, judged)
      if (unmet !== undefined) failUnmet(unmet, calledBy)
    }
    return this.#judged instanceof Promise ? this.#judged.then(check) : check(this.#judged)
  }
}

function byStream(expected: readonly InStream[]): EventsByPart {
  const events = new Map<string, readonly NewEvent[]>()
  for (const placed of expected) events.set(placed.stream, [...(events.get(placed.stream) ?? []), ...placed.events])
  return events
}
