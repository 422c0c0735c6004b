/**
 * Runs a reactor: the events of its types, in the order of the log, and of each its effects, in theirs. An effect that fails
 * is tried again, while everything after it waits; one that fails too often becomes a dead letter, and nothing waits for it.
 *
 * The checkpoint is moved after each event that had effects. So whatever happens, an effect is caused once or, where what
 * happens comes between the effect and the checkpoint, again and with the same key.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { DaybookError } from '../errors/index.ts'
import { type RecordedEvent, storedTypes } from '../events/index.ts'
import { type FollowerLease, type FollowerProgress, follow, type SharedTail, Superseded } from '../following/index.ts'
import type { AnyReactor, Reaction } from '../reactors/index.ts'
import { type EventLog, unlessAborted } from '../store/index.ts'
import type { ReactorCheckpoint } from './checkpoint.ts'
import { type DeadLetter, type DeadLetterBox, toErrorText } from './dead-letter-box.ts'
import { toEffectKey } from './effect-key.ts'
import { checkpointAhead, effectFailed, isFatal, reactorFailed, timedOut } from './failures.ts'
import { followOwn } from './follow-own.ts'
import { type AnyHandlers, handle } from './handlers.ts'
import { type RetryOptions, toPauseMs } from './retrying.ts'

export interface RunnerContext {
  readonly log: EventLog
  readonly reactor: AnyReactor
  readonly handlers: AnyHandlers
  readonly checkpoint: ReactorCheckpoint
  readonly deadLetters: DeadLetterBox
  readonly progress: FollowerProgress
  readonly tail: SharedTail
  readonly lease: FollowerLease
  readonly owner: string
  readonly askEveryMs: number
  readonly retrying: Required<RetryOptions>
  readonly maxDeadLetters: number
  readonly onDeadLetter: (failure: DaybookError) => void
  /** Told once, when the reactor fails. */
  readonly onFailure: (failure: DaybookError) => void
  /** What this process knows to be done, beyond the checkpoint: so many effects of the event at the position. */
  done: { readonly position: number; readonly effects: number }
}

/** On a log that is busy with what is not for the reactor: how often it keeps how far it has looked. */
const KEEP_EVERY_MS = 5_000

/** Resolves when the reactor has failed, or was stopped. Rejects only with what `onFailure` throws. */
export async function run(context: RunnerContext, signal: AbortSignal): Promise<void> {
  const { progress, lease, askEveryMs, onFailure } = context
  const follower = {
    lead: (reign: AbortSignal) => lead(context, reign),
    observe: () => observeCheckpoint(context),
    finish: () => keepSeen(context),
    isFatal,
  }
  await follow({ progress, lease, askEveryMs, onFailure, ...follower }, signal)
}

/** Where whichever instance is at work has come to. */
export async function observeCheckpoint({ checkpoint }: RunnerContext): Promise<number> {
  return (await checkpoint.load()) ?? 0
}

async function lead(context: RunnerContext, reign: AbortSignal): Promise<void> {
  const { log, reactor, progress } = context
  progress.beginFrom(await observeCheckpoint(context))
  const head = await log.head()
  if (progress.checkpoint > head) throw checkpointAhead(reactor.name, progress.checkpoint, head)
  progress.enter('catching up')
  const types = storedTypes(reactor.events)
  let keepAtMs = performance.now() + KEEP_EVERY_MS
  for await (const { events, upTo } of followOwn({ ...context, types }, reign)) {
    for (const recorded of events) {
      if (reign.aborted) return
      await reactTo(context, recorded, reign)
    }
    if (reign.aborted) return
    progress.see(upTo)
    if (progress.position === progress.checkpoint || performance.now() < keepAtMs) continue
    await moveTo(context, progress.position)
    keepAtMs = performance.now() + KEEP_EVERY_MS
  }
}

async function reactTo(context: RunnerContext, recorded: RecordedEvent, reign: AbortSignal): Promise<void> {
  const { reactor } = context
  const reactions = await reactOrBury(context, recorded)
  if (reactions === undefined) return await moveTo(context, recorded.position)
  for (let index = countDone(context, recorded); index < reactions.length; index++) {
    const { event, effect } = reactions[index] as Reaction
    const key = toEffectKey({ log: context.log.name, reactor: reactor.name, event: recorded, index })
    const isSettled = await cause(context, { event, effect, key, index }, reign)
    if (!isSettled) return
    context.done = { position: recorded.position, effects: index + 1 }
  }
  if (reactions.length > 0) await moveTo(context, recorded.position)
}

function countDone({ done }: RunnerContext, { position }: RecordedEvent): number {
  if (position < done.position) return Number.POSITIVE_INFINITY
  return position === done.position ? done.effects : 0
}

/** Undefined when it fails. A reaction is pure: it fails in the same way however often it is tried. */
async function reactOrBury(context: RunnerContext, recorded: RecordedEvent) {
  const { log, reactor } = context
  try {
    return reactor.react(recorded)
  } catch (error) {
    const key = toEffectKey({ log: log.name, reactor: reactor.name, event: recorded })
    await bury(
      context,
      { key, position: recorded.position, attempts: 1, error: toErrorText(error), at: new Date() },
      error,
    )
    return undefined
  }
}

interface Caused extends Reaction {
  readonly key: string
  readonly index: number
}

/** True when it is done, or a dead letter; false when the reign has ended before. */
async function cause(context: RunnerContext, caused: Caused, reign: AbortSignal): Promise<boolean> {
  const { retrying, progress } = context
  for (let attempt = 1; !reign.aborted; attempt++) {
    // A process that has slept through its lease notices it here.
    if (!context.lease.isHeld) throw new Superseded()
    try {
      await attemptOnce(context, caused, attempt)
      return true
    } catch (error) {
      // Another has the reactor now, and does it there.
      if (context.lease.lost.aborted || !context.lease.isHeld) throw new Superseded()
      progress.suffer(error)
      if (attempt >= retrying.maxAttempts) {
        const { key, index, effect, event } = caused
        const letter = { key, position: event.position, effect: effect.effect, index, attempts: attempt }
        await bury(context, { ...letter, error: toErrorText(error), at: new Date() }, error)
        return true
      }
    }
    await pause(context, attempt, reign)
  }
  return false
}

async function pause({ progress, retrying }: RunnerContext, attempts: number, reign: AbortSignal): Promise<void> {
  const { phase } = progress
  progress.enter('backing off')
  await delay(toPauseMs(retrying, attempts), undefined, { signal: reign }).catch(() => {})
  if (phase === 'live' || phase === 'catching up') progress.enter(phase)
}

type Attempting = Pick<RunnerContext, 'handlers' | 'retrying'> & { readonly lease: Pick<FollowerLease, 'lost'> }

/** @throws what the handler throws, or that it took too long, or the reason of the lost lease */
export async function attemptOnce(
  { handlers, retrying, lease }: Attempting,
  { event, effect, key }: Omit<Caused, 'index'>,
  attempt: number,
): Promise<void> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(timedOut(retrying.timeoutMs)), retrying.timeoutMs)
  const signal = AbortSignal.any([late.signal, lease.lost])
  try {
    await unlessAborted(handle(handlers, { event, effect, key, attempt, signal }), signal)
  } finally {
    clearTimeout(timer)
  }
}

/** @throws `reactor-failed` when there are too many already */
async function bury(context: RunnerContext, letter: DeadLetter, cause: unknown): Promise<void> {
  const { reactor, deadLetters, maxDeadLetters, onDeadLetter } = context
  await deadLetters.change((letters) => {
    const others = letters.filter(({ key }) => key !== letter.key)
    if (others.length < maxDeadLetters) return [...others, letter]
    throw reactorFailed({ reactor: reactor.name, position: letter.position, deadLetters: others.length }, cause)
  })
  const { key, effect, position, attempts } = letter
  onDeadLetter(effectFailed({ reactor: reactor.name, key, effect, position, attempts }, cause))
}

/** @throws Superseded */
async function moveTo({ checkpoint, progress }: RunnerContext, position: number): Promise<void> {
  if (!(await checkpoint.move(progress.checkpoint, position))) throw new Superseded()
  progress.move(position)
}

/** What was not for this reactor need not be looked at again by the next start. */
async function keepSeen(context: RunnerContext): Promise<void> {
  const { progress, lease } = context
  if (lease.isHeld && progress.position > progress.checkpoint) await moveTo(context, progress.position)
}
