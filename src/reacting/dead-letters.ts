/** What is done about dead letters, by whoever has the handlers. */
import { DaybookError } from '../errors/index.ts'
import type { RecordedEvent } from '../events/index.ts'
import type { AnyReactor } from '../reactors/index.ts'
import { type EventLog, refuse } from '../store/index.ts'
import { type DeadLetter, type DeadLetterBox, toErrorText } from './dead-letter-box.ts'
import { toEffectKey } from './effect-key.ts'
import { effectFailed } from './failures.ts'
import { attemptOnce, type RunnerContext } from './runner.ts'

/** The effects of a reactor that failed for good, whichever instance tried them. */
export interface KeptDeadLetters {
  /** In the order in which they came. */
  list(): Promise<readonly DeadLetter[]>
  /** Forgets it: the effect is never caused. @throws `invalid-argument` when there is no such letter */
  drop(key: string): Promise<void>
}

/** The same, where there are handlers. */
export interface DeadLetters extends KeptDeadLetters {
  /**
   * Tries the effect once more, here and now, with the same key, as the reactor's definition says today; then the letter is
   * gone. What came after it was not waiting, and has been done.
   * @throws `effect-failed` when it fails again; `invalid-argument` when there is no such letter
   */
  retry(key: string): Promise<void>
}

export type LettersContext = Pick<RunnerContext, 'log' | 'reactor' | 'handlers' | 'retrying'> & {
  readonly deadLetters: DeadLetterBox
}

export function toDeadLetters(context: LettersContext): DeadLetters {
  return { ...toKept(context.deadLetters), retry: (key) => retry(context, key) }
}

export function toKept(deadLetters: DeadLetterBox): KeptDeadLetters {
  return {
    list: () => deadLetters.list(),
    drop: (key) => deadLetters.change((letters) => without(letters, find(letters, key))),
  }
}

async function retry(context: LettersContext, key: string): Promise<void> {
  const letter = find(await context.deadLetters.list(), key)
  try {
    await causeAgain(context, letter)
  } catch (cause) {
    const attempts = letter.attempts + 1
    const tried = { ...letter, attempts, error: toErrorText(cause), at: new Date() }
    await context.deadLetters.change((letters) => letters.map((each) => (each.key === key ? tried : each)))
    const { effect, position } = letter
    throw effectFailed({ reactor: context.reactor.name, key, effect, position, attempts }, cause)
  }
  await context.deadLetters.change((letters) => letters.filter((each) => each.key !== key))
}

async function causeAgain(context: LettersContext, letter: DeadLetter): Promise<void> {
  const { log, reactor } = context
  const recorded = await readEvent(log, letter.position)
  for (const [index, { event, effect }] of reactor.react(recorded).entries()) {
    if (letter.index !== undefined && letter.index !== index) continue
    if (letter.effect !== undefined && letter.effect !== effect.effect) throw changed(reactor, letter)
    const key = toEffectKey({ log: log.name, reactor: reactor.name, event: recorded, index })
    await attemptOnce({ ...context, lease: NEVER_LOST }, { event, effect, key }, letter.attempts + 1)
    if (letter.index === index) return
  }
  if (letter.index !== undefined) throw changed(reactor, letter)
}

/** It is somebody's hand that tries it, and no instance that has to be the only one. */
const NEVER_LOST = { lost: new AbortController().signal }

async function readEvent(log: EventLog, position: number): Promise<RecordedEvent> {
  const [recorded] = await log.read({ after: position - 1, upTo: position }).toArray()
  if (recorded === undefined) throw new Error(`There is no event at position ${position}.`)
  return recorded
}

function changed({ name }: AnyReactor, { effect, index }: DeadLetter): DaybookError {
  const problem = `reacts otherwise by now: its effect ${index} is not ${effect}. Drop the letter`
  return new DaybookError('broken-definition', `The reactor ${name} ${problem}.`, {
    definition: `The reactor ${name}`,
    problem,
  })
}

function find(letters: readonly DeadLetter[], wanted: string): DeadLetter {
  return (
    letters.find(({ key }) => key === wanted) ?? refuse('key', `is ${JSON.stringify(wanted)}, which is no dead letter`)
  )
}

function without(letters: readonly DeadLetter[], { key }: DeadLetter): readonly DeadLetter[] {
  return letters.filter((each) => each.key !== key)
}
