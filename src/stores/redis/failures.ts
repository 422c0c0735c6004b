import { DaybookError, isDaybookError } from '../../errors/index.ts'
import { ENGINE } from '../../redis/index.ts'
import { accessRefused, isTlsFailure, refuse } from '../../store/index.ts'

/** Is this the server's answer to a function that it does not have? */
export function isMissingFunction(error: unknown): boolean {
  return error instanceof Error && /^ERR Function not found/.test(error.message)
}

const LOGIN = /^(WRONGPASS|NOAUTH|DENIED|ERR invalid password|ERR AUTH <password> called|ERR Client sent AUTH)/
/** The latter is what a function meets that the user may call, and that does what they may not. */
const RIGHTS = /^(NOPERM|ERR ACL failure in script)/
const FULL = /^(OOM|MISCONF)/
const NO_SUCH_DATABASE = /^ERR (DB index is out of range|SELECT is not allowed in cluster mode)/

/** The same failure, named, if it is one that trying again does not mend: the server has done nothing. */
export function namingRefusal(error: unknown): unknown {
  if (!(error instanceof Error) || isDaybookError(error)) return error
  const { message } = error
  if (isTlsFailure(error)) return accessRefused(ENGINE, 'tls', error)
  if (LOGIN.test(message)) return accessRefused(ENGINE, 'login', error)
  if (RIGHTS.test(message)) return accessRefused(ENGINE, 'rights', error)
  return FULL.test(message) ? storeFull(error) : error
}

/** The same, while the store is opened. @throws `invalid-argument` for a database that the server does not have */
export function namingOpening(error: unknown): unknown {
  if (!(error instanceof Error) || !NO_SUCH_DATABASE.test(error.message)) return namingRefusal(error)
  return refuse('url', `names a database that the server does not have. It said: ${error.message}`)
}

function storeFull(error: Error): DaybookError {
  const what = error.message.startsWith('OOM') ? 'the memory that it may use (maxmemory)' : 'the disk it saves to'
  const message =
    `The Redis server has no room left in ${what}: nothing was written, and what is recorded can be read. ` +
    'Give it more, or remove what else it holds. It said: ' +
    error.message
  return new DaybookError('store-full', message, { engine: ENGINE, reply: error.message }, { cause: error })
}
