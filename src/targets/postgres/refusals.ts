import { DaybookError } from '../../errors/index.ts'

/**
 * Classes of SQLSTATE: data exception, integrity constraint violation, program limit (the size of an index entry). Such a
 * row will not do at any other time either.
 */
const REFUSING_CLASS = /^(?:2[23]|54)/

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && REFUSING_CLASS.test(String(error.code))
}

export function rowRefused(readModel: string, cause: unknown): DaybookError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message =
    `The table of ${readModel} does not take a row: ${reason}. Its key is quarantined. ` +
    'Correct the definition or the columns, then retry it.'
  return new DaybookError('row-refused', message, { readModel }, { cause })
}
