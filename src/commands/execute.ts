/**
 * Executes a command: validate the input, ask who may, look at what it is decided on, decide, append if that is still
 * so; on a conflict look at what is new and decide again, until it is recorded or the bounds are reached. Whatever a
 * caller can expect to come of it is a value.
 */
import { validate } from '../events/index.ts'
import { unlessAborted } from '../store/index.ts'
import { authorise } from './authorise.ts'
import type { ExecuteContext } from './context.ts'
import { type Asked, type Execution, findSharedStream, isWithin, toExecution, toParticipants } from './execution.ts'
import { overAggregates } from './over-aggregates.ts'
import type { CommandResult } from './result.ts'
import { type Attempting, retryConflicts } from './retry.ts'
import { withinBoundaries } from './within-boundaries.ts'

/**
 * @throws `invalid-argument`, `invalid-event`, `broken-definition`, `authorisation-failed`, `unreadable-event`,
 * `command-id-reused`, and what appending and reading throw
 */
export async function execute(context: ExecuteContext, asked: Asked): Promise<CommandResult> {
  const { signal } = asked.options
  signal?.throwIfAborted()
  return await unlessAborted(executeStepwise(context, asked), signal)
}

async function executeStepwise(context: ExecuteContext, asked: Asked): Promise<CommandResult> {
  const { command, input, options } = asked
  const participants = toParticipants(asked)
  const shared = findSharedStream(participants)
  if (shared !== undefined) return { status: 'invalid', issues: [shared] }
  const validated = await validate(command.schema, input)
  if (validated.issues !== undefined) return { status: 'invalid', issues: validated.issues }
  options.signal?.throwIfAborted()
  const execution = toExecution(asked, participants, validated.value, context.retryBounds)
  const refused = await authorise(context.log.name, context.authorise, execution)
  if (refused !== undefined) return refused
  const attempting = toAttempting(context, execution)
  if (execution.identity !== undefined) context.forgetting?.consider()
  return await context.lanes.enter(attempting.lanes, options.signal, () => retryConflicts(execution, attempting))
}

function toAttempting(context: ExecuteContext, execution: Execution): Attempting {
  return isWithin(execution) ? withinBoundaries(context, execution) : overAggregates(context, execution)
}
