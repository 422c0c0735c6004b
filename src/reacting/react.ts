import type { DaybookError } from '../errors/index.ts'
import { FollowerProgress, HeldLease, type SharedTail, toLeasing } from '../following/index.ts'
import type { AnyReactor } from '../reactors/index.ts'
import { assertPosition, type EventLog, refuse } from '../store/index.ts'
import { type ReactFrom, ReactorCheckpoint } from './checkpoint.ts'
import { DeadLetterBox, MOST_DEAD_LETTERS } from './dead-letter-box.ts'
import { checkpointAhead } from './failures.ts'
import { type AnyHandlers, findUnhandled } from './handlers.ts'
import { toLeaseName, toNote } from './report.ts'
import { type RetryOptions, toRetrying } from './retrying.ts'
import { ReactorAtWork } from './running-reactor.ts'

export interface ReactOptions extends RetryOptions {
  /**
   * Where the reactor begins when it has never run on this log: `'now'`, with events that are recorded from this call on,
   * so that nobody is told of the past (when absent); `'start'`, with the first event; or after a position. One that has
   * run goes on where it was, whatever is said here; unless its log was restored to a time before that.
   */
  readonly from?: ReactFrom
  /**
   * How many dead letters there may be, at most 500; with one more the reactor stops, as it is then the world that is
   * broken, and not some effect. 100 when absent; 0 stops at the first effect that fails for good.
   */
  readonly maxDeadLetters?: number
  /**
   * How long another instance waits at the most before it takes over from one that was killed: 5,000 ms when absent, from
   * 100 ms to an hour. The shorter, the more often the store is asked.
   */
  readonly leaseMs?: number
  /** Told when an effect has become a dead letter. A process warning when absent. */
  readonly onDeadLetter?: (failure: DaybookError) => void
  /** Told when the reactor stops because of an error. A process warning when absent. */
  readonly onFailure?: (failure: DaybookError) => void
}

export interface ReactContext {
  readonly log: EventLog
  readonly tail: SharedTail
  /** Whether other processes may have the store open. */
  readonly isSharedStore: boolean
}

const DEFAULT_MAX_DEAD_LETTERS = 100

/** Begins to run a reactor, from its checkpoint on. */
export async function react(
  { log, tail, isSharedStore }: ReactContext,
  reactor: AnyReactor,
  { handlers, ...options }: ReactOptions & { readonly handlers: AnyHandlers },
): Promise<ReactorAtWork> {
  const { onDeadLetter = warn, onFailure = warn } = options
  assertHandled(reactor, handlers)
  const retrying = toRetrying(options)
  const maxDeadLetters = toMaxDeadLetters(options.maxDeadLetters)
  const { owner, durationMs, askEveryMs } = toLeasing(options.leaseMs, isSharedStore)
  const checkpoint = new ReactorCheckpoint(log, reactor.name)
  const progress = new FollowerProgress(await begin(checkpoint, { log, reactor, from: options.from }))
  const note = () => toNote(reactor, progress)
  return new ReactorAtWork({
    log,
    reactor,
    handlers,
    checkpoint,
    deadLetters: new DeadLetterBox(log, reactor.name),
    progress,
    tail,
    lease: new HeldLease({ leases: log.leases, name: toLeaseName(reactor.name), owner, durationMs, note }),
    owner,
    askEveryMs,
    retrying,
    maxDeadLetters,
    onDeadLetter,
    onFailure,
    done: { position: 0, effects: 0 },
  })
}

/** Where it stands, or begins. @throws `checkpoint-ahead` */
async function begin(checkpoint: ReactorCheckpoint, { log, reactor, from }: Beginning): Promise<number> {
  assertFrom(from)
  const position = await checkpoint.begin(from ?? 'now')
  const head = await log.head()
  if (position <= head) return position
  if (from === undefined) throw checkpointAhead(reactor.name, position, head)
  return await checkpoint.restart(position, from)
}

interface Beginning {
  readonly log: EventLog
  readonly reactor: AnyReactor
  readonly from: ReactFrom | undefined
}

function assertHandled({ effects }: AnyReactor, handlers: AnyHandlers): void {
  const unhandled = findUnhandled(effects, handlers)
  if (unhandled.length > 0) refuse('handlers', `have no function for ${unhandled.join(', ')}`)
}

function assertFrom(from: ReactFrom | undefined): void {
  if (typeof from === 'number') assertPosition(from, 'from')
  else if (from !== undefined && from !== 'now' && from !== 'start') {
    refuse('from', `is ${JSON.stringify(from)}; give 'now', 'start' or a position`)
  }
}

function toMaxDeadLetters(max = DEFAULT_MAX_DEAD_LETTERS): number {
  if (Number.isInteger(max) && max >= 0 && max <= MOST_DEAD_LETTERS) return max
  return refuse('maxDeadLetters', `is ${String(max)}; give a whole number from 0 to ${MOST_DEAD_LETTERS}`)
}

/** A reactor that stops in silence is found out by customers. */
function warn(failure: DaybookError): void {
  process.emitWarning(failure)
}
