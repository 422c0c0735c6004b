/** The reactors of one log that run in this process: one for each name. */
import type { AnyReactor } from '../reactors/index.ts'
import { DeadLetterBox } from './dead-letter-box.ts'
import { type KeptDeadLetters, toKept } from './dead-letters.ts'
import { nameTaken } from './failures.ts'
import type { AnyHandlers, EffectHandlers } from './handlers.ts'
import { type ReactContext, type ReactOptions, react } from './react.ts'
import { type ReactorReport, reportLeased } from './report.ts'
import type { ReactorAtWork, RunningReactor } from './running-reactor.ts'

/** Undefined when it could not begin. */
type Begun = Promise<ReactorAtWork | undefined>

export class RunningReactors {
  readonly #context: ReactContext
  readonly #kept = new Map<string, Begun>()

  constructor(context: ReactContext) {
    this.#context = context
  }

  /** @throws `reactor-name-taken` */
  async react<Definition extends AnyReactor>(
    definition: Definition,
    handlers: EffectHandlers<Definition>,
    options: ReactOptions,
  ): Promise<RunningReactor> {
    const before = this.#kept.get(definition.name)
    // The compiler knows the handlers one by one; they are looked up by a name that only the effect knows.
    const given = { ...options, handlers: handlers as unknown as AnyHandlers }
    const begun = this.#reactUnlessRunning(before, definition, given)
    // Kept at once: of two calls at the same moment the second finds the first.
    this.#kept.set(
      definition.name,
      begun.catch(() => before),
    )
    return await begun
  }

  async #reactUnlessRunning(before: Begun | undefined, definition: AnyReactor, given: Parameters<typeof react>[2]) {
    if ((await before)?.status === 'running') throw nameTaken(definition.name)
    return await react(this.#context, definition, given)
  }

  /** Of those that run here, and of those that other processes have told of. */
  async reports(): Promise<readonly ReactorReport[]> {
    const { log } = this.#context
    const reports = new Map((await reportLeased(log)).map((report) => [report.name, report]))
    for (const begun of this.#kept.values()) {
      const own = await begun
      // Of one that waits here, the one that is at work knows more.
      if (own === undefined || (own.state === 'waiting' && reports.has(own.name))) continue
      reports.set(own.name, await own.report())
    }
    return [...reports.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  deadLetters(reactor: string): KeptDeadLetters {
    return toKept(new DeadLetterBox(this.#context.log, reactor))
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.#kept.values()].map(async (begun) => (await begun)?.stop()))
  }
}
