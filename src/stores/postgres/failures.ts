import { isDaybookError } from '../../errors/index.ts'
import { type Losses, SOCKET_LOSSES } from '../../store/index.ts'

/** The connection was lost or refused, or the server is stopping, starting or not the primary: it may work again later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isDaybookError(error)) return error.code === 'connection-lost'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return TRANSIENT_CODES.has(code) || code.startsWith('08') || LOST_CONNECTION.test(error.message)
}

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  ...SOCKET_LOSSES,
  'ENOENT', // the server's Unix socket, while it is down
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
  '25P03', // idle_in_transaction_session_timeout: this process was paused, and its transaction taken back
  '25006', // read_only_sql_transaction: a standby that is about to be promoted
  '40001', // serialization_failure
  '40P01', // deadlock_detected
])

/** `pg` gives these no code. */
const LOST_CONNECTION =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired|write after end|Client network socket disconnected)/

const UNIQUE_VIOLATION = '23505'

/** Did an insert meet an event with the same id? */
export function isTakenEventId(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === UNIQUE_VIOLATION &&
    'constraint' in error &&
    error.constraint === 'events_by_id'
  )
}

export const POSTGRES_LOSSES: Losses = { engine: 'postgres', isTransient }
