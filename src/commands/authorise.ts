/** Asks the hooks that may refuse whoever asks: the daybook's own first, then the command's. */
import { type AuthorisationRequest, type Authorise, isRefusal, type Refusal } from '../aggregates/index.ts'
import { DaybookError } from '../errors/index.ts'
import { brokenDefinition, dropUndefined } from '../events/index.ts'
import { unlessAborted } from '../store/index.ts'
import type { Execution } from './execution.ts'
import type { Unauthorised, UnauthorisedByDaybook } from './result.ts'

type By = 'command' | 'daybook'

/**
 * Why whoever asks may not, if so.
 * @throws `authorisation-failed` when a hook throws, `broken-definition` for an answer that is none
 */
export async function authorise(
  log: string,
  ofDaybook: Authorise | undefined,
  execution: Execution,
): Promise<Unauthorised | UnauthorisedByDaybook | undefined> {
  const { command } = execution
  if (ofDaybook === undefined && command.authorise === undefined) return undefined
  const request = toRequest(log, execution)
  const byDaybook = ofDaybook && (await ask('daybook', ofDaybook, request))
  if (byDaybook !== undefined) return { status: 'unauthorised', by: 'daybook', ...toReason(byDaybook) }
  // The request is typed for the command that it is about, which nobody here knows.
  const byCommand = command.authorise && (await ask('command', (asked) => command.authorise?.(asked as never), request))
  return byCommand && { status: 'unauthorised', by: 'command', ...toReason(byCommand) }
}

function toRequest(log: string, { command, target, input, options }: Execution): AuthorisationRequest {
  const { actor, commandId, metadata = {}, signal } = options
  return { command: command.name, log, target, input, actor, commandId, metadata, signal }
}

function toReason({ reason, details }: Refusal) {
  return { reason, details: dropUndefined(details) }
}

async function ask(by: By, hook: Authorise, request: AuthorisationRequest): Promise<Refusal | undefined> {
  const { signal } = request
  const asked = (async () => await hook(request))()
  const answer: unknown = await unlessAborted(asked, signal).catch((error) => {
    signal?.throwIfAborted()
    throw authorisationFailed(by, request, error)
  })
  return toAnswer(by, request, answer)
}

/** @throws `broken-definition` */
function toAnswer(by: By, request: AuthorisationRequest, answer: unknown): Refusal | undefined {
  if (answer === undefined || isRefusal(answer)) return answer
  throw brokenDefinition(
    `The authorise hook of ${toOwner(by, request)}`,
    'answers with something else than undefined or unauthorised(…), so that nobody is let in',
  )
}

/**
 * What the command's own hook says, for tests: at once where it answers at once, and what it throws as it is.
 * @throws `broken-definition` for an answer that is none
 */
export function askCommand(
  log: string,
  execution: Execution,
): Unauthorised | undefined | Promise<Unauthorised | undefined> {
  const { command } = execution
  const request = toRequest(log, execution)
  const conclude = (answer: unknown): Unauthorised | undefined => {
    const refusal = toAnswer('command', request, answer)
    return refusal && { status: 'unauthorised', by: 'command', ...toReason(refusal) }
  }
  const answer: unknown = command.authorise?.(request as never)
  return answer instanceof Promise ? answer.then(conclude) : conclude(answer)
}

function toOwner(by: By, { command }: AuthorisationRequest): string {
  return by === 'command' ? `the command ${command}` : 'the daybook'
}

function authorisationFailed(by: By, request: AuthorisationRequest, cause: unknown): DaybookError {
  const { command } = request
  const said = cause instanceof Error ? cause.message : String(cause)
  const message =
    `The authorise hook of ${toOwner(by, request)} failed: ${said}. ` +
    `Nobody knows whether ${command} was allowed, so nothing was loaded or written. See the cause, then try again.`
  return new DaybookError('authorisation-failed', message, { command, by }, { cause })
}
