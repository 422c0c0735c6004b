import { DaybookError } from '../errors/index.ts'

/** What comes before the line may be imported already: the batches before it are. */
export function invalidLine(line: number, problem: string, cause?: unknown): DaybookError {
  const message =
    `Line ${line} cannot be imported: ${problem}. What was imported before it stays. ` +
    'Correct the line, and import the same file again: what is there already is skipped.'
  return new DaybookError('invalid-line', message, { line, problem }, { cause })
}
