/**
 * Executes a command: validate the input, load (snapshot and tail), decide, append at the loaded version; on a version
 * conflict load what is new and decide again, until it is recorded or the bounds are reached. Whatever a caller can
 * expect to come of it is a value.
 */
import { catchUp, type Loaded, load } from '../aggregates/index.ts'
import { validate } from '../events/index.ts'
import type { EventLog } from '../store/index.ts'
import { attempt, isVerifiedByAppend, judge } from './attempt.ts'
import { backOff, LONGEST_RETRY_MS, toBackOffMs } from './back-off.ts'
import type { Background } from './background.ts'
import { type Asked, type Execution, findSharedStream, toExecution, toParticipants } from './execution.ts'
import type { Lanes } from './lanes.ts'
import type { Recents } from './recents.ts'
import type { CommandResult } from './result.ts'

/** Executing, for who wraps it. */
export type Execute = (asked: Asked) => Promise<CommandResult>

/** What executing needs; the same for all commands of a process on one log. */
export interface ExecuteContext {
  readonly log: EventLog
  readonly lanes: Lanes
  readonly recents: Recents
  readonly background: Background
}

/**
 * @throws `invalid-argument`, `invalid-event`, `broken-definition`, `unreadable-event`, `command-id-reused`, and what
 * appending and reading throw
 */
export async function execute(context: ExecuteContext, asked: Asked): Promise<CommandResult> {
  const { command, input, options } = asked
  options.signal?.throwIfAborted()
  const participants = toParticipants(asked)
  const shared = findSharedStream(participants)
  if (shared !== undefined) return { status: 'invalid', issues: [shared] }
  const validated = await validate(command.schema, input)
  if (validated.issues !== undefined) return { status: 'invalid', issues: validated.issues }
  const execution = toExecution(asked, participants, validated.value)
  const streams = participants.map(({ stream }) => stream)
  return await context.lanes.enter(streams, options.signal, () => attemptUntilRecorded(context, execution))
}

async function attemptUntilRecorded(context: ExecuteContext, execution: Execution): Promise<CommandResult> {
  const { participants, maxAttempts, options } = execution
  const isExplicit = participants.some(({ expected }) => expected !== 'any')
  const deadline = Date.now() + LONGEST_RETRY_MS
  let loaded = findRecents(context, execution)
  let isCurrent = loaded === undefined
  loaded ??= await loadAll(context, execution)
  for (let attempts = 1; ; attempts++) {
    let judgement = judge(execution, loaded)
    if (!isCurrent && !isVerifiedByAppend(judgement)) {
      loaded = await catchUpAll(context, execution, loaded)
      judgement = judge(execution, loaded)
    }
    const result = await attempt({ ...context, execution, loaded }, judgement)
    if (result.status !== 'conflict') return result
    const retryAfterMs = toBackOffMs(attempts)
    const isOver = isExplicit || attempts >= maxAttempts || Date.now() + retryAfterMs > deadline
    if (isOver) return { ...result, retryAfterMs }
    await backOff(retryAfterMs, options.signal)
    loaded = await catchUpAll(context, execution, loaded)
    isCurrent = true
  }
}

/** The participants' recent states, if there is one of each. */
function findRecents({ recents }: ExecuteContext, { participants }: Execution): Loaded<unknown>[] | undefined {
  const found = participants.map(({ definition, stream }) => recents.find(definition, stream))
  return found.every((loaded) => loaded !== undefined) ? found : undefined
}

async function loadAll({ log, recents }: ExecuteContext, { participants, options }: Execution) {
  const all = participants.map(async ({ definition, id, stream }) => {
    const loaded: Loaded<unknown> = await load(log, definition, id, { signal: options.signal })
    recents.keep(definition, stream, loaded)
    return loaded
  })
  return await Promise.all(all)
}

async function catchUpAll(
  { log, recents }: ExecuteContext,
  { participants, options }: Execution,
  loaded: readonly Loaded<unknown>[],
) {
  const all = participants.map(async ({ definition, stream }, place) => {
    const before = loaded[place]
    if (before === undefined) throw new Error('Invariant: each participant is loaded.')
    const now: Loaded<unknown> = await catchUp(log, definition, stream, before, options.signal)
    recents.keep(definition, stream, now)
    return now
  })
  return await Promise.all(all)
}
