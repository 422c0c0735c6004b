import { isDaybookError } from '../errors/index.ts'
import { type Losses, SOCKET_LOSSES } from '../store/index.ts'

export const ENGINE = 'redis'

/** The connection was lost or refused, or the server is starting, busy or not the one for writes: it may work later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isDaybookError(error)) return error.code === 'connection-lost'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return SOCKET_LOSSES.has(code) || LOST_CONNECTION.test(error.message) || TRANSIENT_REPLY.test(error.message)
}

export const REDIS_LOSSES: Losses = { engine: ENGINE, isTransient }

/** The driver's own errors have no code. */
const LOST_CONNECTION =
  /^(Socket closed unexpectedly|The client is (closed|offline)|Disconnects client|Connection timeout|Socket timeout|Client network socket disconnected)/

/**
 * A server that loads its data, runs somebody's long script, is a replica (about to be promoted, or lately demoted), has
 * too few replicas or too many clients, or a cluster that votes or moves the log's keys to another server just now.
 */
const TRANSIENT_REPLY =
  /^(LOADING|BUSY|MASTERDOWN|READONLY|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|ERR max number of clients|.*attempted to access a non local key)/
