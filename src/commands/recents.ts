import { type AnyAggregate, applyTo, type Loaded } from '../aggregates/index.ts'
import { freezeDeep, type RecordedEvent } from '../events/index.ts'

/**
 * The states of the aggregates that this process has lately dealt with. What is found here was true at its version and
 * may have been left behind by other processes since; so events decided on it are appended at that version, and
 * whatever else is decided on it is decided again on what is loaded.
 *
 * States are frozen here: a rule that changes one in place must fail at once, and not corrupt the next decision.
 */
export class Recents {
  /** By stream, the one used longest ago first. */
  readonly #byStream = new Map<string, Recent>()

  find(definition: AnyAggregate, stream: string): Loaded<unknown> | undefined {
    const recent = this.#byStream.get(stream)
    if (recent === undefined || recent.definition !== definition) return undefined
    const loaded = applyTo(definition, recent.loaded, recent.since)
    this.keep(definition, stream, loaded)
    return loaded
  }

  /**
   * @param since Events that have come since. They are applied when the state is asked for: a fold that fails must not
   *   make a command fail whose events are recorded.
   */
  keep(definition: AnyAggregate, stream: string, loaded: Loaded<unknown>, since: readonly RecordedEvent[] = []): void {
    freezeDeep(loaded.state)
    this.#byStream.delete(stream)
    this.#byStream.set(stream, { definition, loaded, since })
    if (this.#byStream.size <= MAX_RECENTS) return
    const [oldest] = this.#byStream.keys()
    if (oldest !== undefined) this.#byStream.delete(oldest)
  }
}

interface Recent {
  readonly definition: AnyAggregate
  readonly loaded: Loaded<unknown>
  readonly since: readonly RecordedEvent[]
}

/** What is busy at one time in a usual process. States are small: thousands of them are some megabytes. */
const MAX_RECENTS = 2_000
