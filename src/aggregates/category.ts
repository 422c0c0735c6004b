import { DaybookError } from '../errors/index.ts'
import { findNameProblem, MAX_STREAM_NAME_LENGTH, quote } from '../events/index.ts'

/** @throws `invalid-argument` unless `name` can be the category of streams. */
export function assertCategory(name: string): void {
  const problem = findNameProblem(name, MAX_STREAM_NAME_LENGTH - '-x'.length) ?? findHyphen(name)
  if (problem === undefined) return
  const message = `The aggregate name ${quote(name)} ${problem}. It is the category of its streams, such as account.`
  throw new DaybookError('invalid-argument', message, { argument: 'name', problem })
}

function findHyphen(name: string): string | undefined {
  return name.includes('-') ? 'holds a hyphen, which ends the category in the name of a stream' : undefined
}
