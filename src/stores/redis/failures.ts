import { DaybookError } from '../../errors/index.ts'
import { ENGINE } from '../../redis/index.ts'

/** Is this the server's answer to a function that it does not have? */
export function isMissingFunction(error: unknown): boolean {
  return error instanceof Error && /^ERR Function not found/.test(error.message)
}

const FULL = /^(OOM|MISCONF)/

/** A server that has no room says so, and has done nothing. */
export function namingFull(error: unknown): unknown {
  if (!(error instanceof Error) || !FULL.test(error.message)) return error
  const what = error.message.startsWith('OOM') ? 'the memory that it may use (maxmemory)' : 'the disk it saves to'
  const message =
    `The Redis server has no room left in ${what}: nothing was written, and what is recorded can be read. ` +
    'Give it more, or remove what else it holds. It said: ' +
    error.message
  return new DaybookError('store-full', message, { engine: ENGINE, reply: error.message }, { cause: error })
}
