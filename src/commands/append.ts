import type { Rejection } from '../aggregates/index.ts'
import type { Appended, AppendRequest, EventLog } from '../store/index.ts'
import { toRecord, toRejected, toRepeated } from './answer.ts'
import type { Execution } from './execution.ts'
import type { CommandResult } from './result.ts'

/** @throws what appending throws, conflicts too */
export async function appendOnce(log: EventLog, execution: Execution, request: AppendRequest): Promise<Appended> {
  const { signal } = execution.options
  return await log.append(request, signal === undefined ? {} : { signal })
}

/** A rejection is kept too, beside the command's id: a repeat gets it again, though it would be accepted by now. */
export async function recordRejection(
  log: EventLog,
  execution: Execution,
  rejection: Rejection,
): Promise<CommandResult> {
  if (execution.identity === undefined) return toRejected(rejection)
  const { reason, details } = rejection
  const record = toRecord(execution, { status: 'rejected', reason, details })
  const { earlierCommand } = await appendOnce(log, execution, { streams: [], ...record })
  return earlierCommand === undefined ? toRejected(rejection) : await toRepeated(log, execution, earlierCommand)
}
