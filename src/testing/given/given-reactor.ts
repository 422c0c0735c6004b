import { brokenDefinition, type NewOf } from '../../events/index.ts'
import type { AnyReactor, Effect, EffectOf } from '../../reactors/index.ts'
import { findDifferences, show } from './differences.ts'
import { layOut } from './recorded.ts'
import { assertExpected, failUnmet } from './unmet.ts'

/** A reactor, before anything has happened. */
export class GivenReactor<Definition extends AnyReactor> {
  readonly #reactor: Definition

  constructor(reactor: Definition) {
    this.#reactor = reactor
  }

  /**
   * The events are recorded, in this order, and the reactor sees them. `recorded` says in which stream, and when.
   *
   * @throws what the definition does: `broken-definition`, `invalid-effect`, `unreadable-event`
   */
  when(
    first: NewOf<Definition['events'][number]>,
    ...others: readonly NewOf<Definition['events'][number]>[]
  ): GivenEffects<EffectOf<Definition['effects'][number]>> {
    const events = layOut([first, ...others])
    const react = () => events.flatMap((event) => this.#reactor.react(event)).map(({ effect }) => effect)
    const effects = react()
    assertRepeatable(this.#reactor, effects, react())
    return new GivenEffects(this.#reactor.name, effects)
  }
}

/** What is tried again is told by its place among the effects of its event, which must therefore not change. */
function assertRepeatable({ name }: AnyReactor, effects: readonly Effect[], again: readonly Effect[]): void {
  const [difference] = findDifferences('effects', again, effects)
  if (difference === undefined) return
  const problem = `causes something else when it sees the same event again: ${difference}. It must be a pure function`
  throw brokenDefinition(`The reactor ${name}`, problem)
}

/** What a reactor causes. */
export class GivenEffects<Each extends Effect> {
  readonly #reactor: string
  readonly #effects: readonly Effect[]

  constructor(reactor: string, effects: readonly Effect[]) {
    this.#reactor = reactor
    this.#effects = effects
  }

  /** Exactly these effects, in this order. */
  // biome-ignore lint/suspicious/noThenProperty: given, when, then
  then(first: Each, ...others: readonly Each[]): void {
    assertExpected(first)
    const [actual, expected] = [this.#effects, [first, ...others]]
    const places = Array.from({ length: Math.max(actual.length, expected.length) }, (_, place) => place)
    const lines = places.flatMap((place) => compareAt(place, actual[place], expected[place]))
    if (lines.length === 0) return
    failUnmet({ lines: [`${this.#reactor} does not react as expected:`, ...lines], actual, expected }, this.then)
  }

  /** Nothing is caused. */
  thenNothing(): void {
    if (this.#effects.length === 0) return
    const lines = this.#effects.map(describe)
    const title = `${this.#reactor} was expected to cause nothing; it causes`
    failUnmet({ lines: [title, ...lines], actual: this.#effects, expected: [] }, this.thenNothing)
  }
}

function compareAt(place: number, actual: Effect | undefined, expected: Effect | undefined): string[] {
  const name = `effect ${place + 1}`
  if (actual === undefined) return expected === undefined ? [] : [`${name} is missing, expected ${describe(expected)}`]
  if (expected === undefined) return [`${name} is ${describe(actual)}, and was not expected`]
  if (actual.effect !== expected.effect) return [`${name} is ${describe(actual)}, expected ${describe(expected)}`]
  return findDifferences(`${name} (${expected.effect}) data`, actual.data, expected.data)
}

function describe({ effect, data }: Effect): string {
  return `${effect} ${show(data)}`
}
