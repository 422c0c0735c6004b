/** What went wrong: which failures pass by themselves, and what the server's answers mean. */
import { isDaybookError } from '../../errors/index.ts'
import { accessRefused, connectionLost, isTlsFailure, SOCKET_LOSSES } from '../../store/index.ts'

/** An answer of JetStream that is an error. */
export class JetStreamFailure extends Error {
  override readonly name = 'JetStreamFailure'
  readonly code: number

  constructor(code: number, description: string) {
    super(`${description} (JetStream error ${code})`)
    this.code = code
  }
}

/** JetStream's own number of an error: of ours, or of the client library's. */
function codeOf(error: unknown): number | undefined {
  if (error instanceof JetStreamFailure) return error.code
  const isApiError = error instanceof Error && error.name === 'JetStreamApiError' && 'code' in error
  return isApiError && typeof error.code === 'number' ? error.code : undefined
}

/** The server, or the stream's leader, cannot be reached for now: it may work again later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isDaybookError(error)) return error.code === 'connection-lost'
  const code = codeOf(error)
  if (code !== undefined) return TRANSIENT_CODES.has(code)
  if (TRANSIENT_NAMES.has(error.name)) return true
  if (error.cause instanceof Error && isTransient(error.cause)) return true
  return 'code' in error && typeof error.code === 'string' && SOCKET_LOSSES.has(error.code)
}

/** Of the client's errors. A request that met nobody meets a leader later. */
const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'TimeoutError',
  'NoResponders',
  'ConnectionError',
  'ClosedConnectionError',
  'DrainingConnectionError',
])

/** Does JetStream answer that it cannot for now, or nothing at all? Where there is none, nobody listens. */
export function isLeaderless(error: unknown): boolean {
  return isTransient(error) && (codeOf(error) !== undefined || (error as Error).name === 'TimeoutError')
}

/** The same failure, named, if it is one that trying again does not mend. */
export function namingRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (isTlsFailure(error) || SPEAKS_NO_TLS.test(error.message)) return accessRefused('nats', 'tls', error)
  if (LOGIN_NAMES.has(error.name)) return accessRefused('nats', 'login', error)
  // The client wraps what a request met.
  return isDenied(error) || isDenied(error.cause) ? accessRefused('nats', 'rights', error) : error
}

function isDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'PermissionViolationError' || codeOf(error) === NO_JETSTREAM_FOR_ACCOUNT
}

/** The same, of a connection that is being made. */
export function namingFailure(error: unknown): unknown {
  const named = namingRefusal(error)
  return isTransient(named) && !isDaybookError(named) ? connectionLost('nats', 1, named) : named
}

/** What the client says of a server to which a `tls://` URL leads. */
const SPEAKS_NO_TLS = /does not support 'tls'/
const LOGIN_NAMES: ReadonlySet<string> = new Set(['AuthorizationError', 'UserAuthenticationExpiredError'])
const NO_JETSTREAM_FOR_ACCOUNT = 10_039

const TRANSIENT_CODES: ReadonlySet<number> = new Set([
  10_008, // JetStream temporarily unavailable
  10_009, // not the leader
  10_023, // insufficient resources, as while a node is away
  10_077, // the store failed, as while its server stops
  10_118, // the stream is offline
  10_158, // an earlier attempt of the same message is under way, or recorded
  10_163, // expected sequences cannot be checked yet
  10_167, // too many requests
  10_176, // a batch is incomplete: its leader has changed
  10_210, // too many batches in flight
])

export const DUPLICATE_UNDER_WAY = 10_158
export const STREAM_NOT_FOUND = 10_059
export const MESSAGE_NOT_FOUND = 10_037
export const STREAM_NAME_TAKEN = 10_058
const WRONG_LAST_SEQUENCE: ReadonlySet<number> = new Set([10_071, 10_164])

/** Does a subject, or the log, not stand where the message expected it? Nothing was written. */
export function isWrongSequence(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && WRONG_LAST_SEQUENCE.has(code)
}

export function isFailure(error: unknown, code: number): boolean {
  return error instanceof JetStreamFailure && error.code === code
}

/** Is the connection, or a consumer that a reading can do without, lost for now? */
export function isLoss(error: unknown): boolean {
  return isTransient(error) || (error instanceof JetStreamFailure && CONSUMER_CODES.has(error.code))
}

const CONSUMER_CODES: ReadonlySet<number> = new Set([
  10_014, // consumer not found
  10_119, // consumer offline
])
