import { type Attributes, context } from '@opentelemetry/api'
import type { CommandResult, Executable, Execute } from '../commands/index.ts'
import { type Attempts, withAttempts } from './attempts.ts'
import { Operation, type OperationEnding, type Recorder, toFailure } from './operation.ts'

/** A span for each command. Whatever a result says is an outcome and no failure: only what is thrown is. */
export function observeExecute({ tracer, meters }: Recorder, execute: Execute): Execute {
  return async (asked) => {
    const { command } = asked
    const categories = toCategories(command)
    const labels = { 'daybook.command.name': command.name, ...toLabel(categories) }
    const details = { 'daybook.categories': [...categories] }
    const beginning = { name: `execute ${command.name}`, labels, details, duration: meters.commandDuration }
    const operation = new Operation(tracer, beginning)
    const attempts: Attempts = { count: 0 }
    try {
      const result = await context.with(withAttempts(operation.context, attempts), () => execute(asked))
      if (result.status === 'rejected' && !result.repeated) {
        meters.rejections.add(1, { ...labels, 'daybook.rejection.reason': result.reason })
      }
      operation.end(toEnding(result, attempts))
      return result
    } catch (error) {
      operation.end({ ...toFailure(error, asked.options.signal), details: toDetails(attempts) })
      throw error
    }
  }
}

function toCategories(command: Executable): readonly string[] {
  // Which streams a command within boundaries writes to is for its rule to say.
  if ('within' in command) return []
  const definitions = 'aggregate' in command ? [command.aggregate] : Object.values(command.aggregates)
  return [...new Set(definitions.map(({ name }) => name))]
}

function toLabel([category, ...others]: readonly string[]): Attributes {
  return category === undefined || others.length > 0 ? {} : { 'db.collection.name': category }
}

function toEnding(result: CommandResult, attempts: Attempts): OperationEnding {
  return { outcome: result.status, details: { ...toResultDetails(result), ...toDetails(attempts) } }
}

function toResultDetails(result: CommandResult): Attributes {
  switch (result.status) {
    case 'accepted':
      return {
        'daybook.event.count': result.events.length,
        'daybook.position': result.position,
        'daybook.repeated': result.repeated,
      }
    case 'rejected':
      return { 'daybook.rejection.reason': result.reason, 'daybook.repeated': result.repeated }
    case 'invalid':
      return { 'daybook.issue.count': result.issues.length }
    case 'unauthorised':
      return { 'daybook.unauthorised.by': result.by }
    case 'conflict':
      return {}
  }
}

function toDetails({ count }: Attempts): Attributes {
  return count === 0 ? {} : { 'daybook.command.attempts': count }
}
