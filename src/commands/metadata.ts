import { dropUndefined, type Metadata, type NewEvent } from '../events/index.ts'
import type { Execution } from './execution.ts'

/** What is recorded with an event of the command: who and why, which the rule cannot forge, and what it says beside. */
export function withMetadata({ command, circumstances, options }: Execution, event: NewEvent): NewEvent {
  const { commandId, actor, correlationId, effectiveAt } = circumstances
  const causationId = options.causationId ?? commandId
  const metadata: Metadata = dropUndefined({
    ...options.metadata,
    ...(effectiveAt === undefined ? {} : { effectiveAt }),
    // What the rule says of a single event is nearer to it than what the caller says of the command.
    ...event.metadata,
    command: command.name,
    correlationId,
    ...(causationId === undefined ? {} : { causationId }),
    ...(commandId === undefined ? {} : { commandId }),
    ...(actor === undefined ? {} : { actor }),
  })
  return { ...event, metadata }
}
