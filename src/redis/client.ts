/** The driver, and a connection by it. Of its many commands only `sendCommand` is used: lists of texts there and back. */
import { isIP } from 'node:net'
import { DaybookError } from '../errors/index.ts'
import type { RedisUrl } from './url.ts'

export type RedisDriver = typeof import('redis')

export interface DriverClient {
  readonly isOpen: boolean
  /** False from the moment in which the connection is lost. */
  readonly isReady: boolean
  sendCommand(command: readonly string[]): Promise<unknown>
  on(event: 'error' | 'end', listener: () => void): this
  /** The process goes on while it is connected; the other one lets it end. */
  ref(): void
  unref(): void
  destroy(): void
}

const CONNECT_TIMEOUT_MS = 10_000
/** A server that answers nothing for so long hangs, or is cut off: what is under way is lost. */
const SILENCE_MS = 15_000
/** Asked so often, a server that is alive is never silent for that long. */
const PING_INTERVAL_MS = 5_000

/** @throws `missing-driver` */
export async function importRedis(): Promise<RedisDriver> {
  try {
    return await import('redis')
  } catch (cause) {
    const message = 'Redis needs the package redis, which is not installed. Install it: npm install redis'
    throw new DaybookError('missing-driver', message, { driver: 'redis', install: 'npm install redis' }, { cause })
  }
}

/** One connection, which is not made again when it is lost. */
export async function connectClient(driver: RedisDriver, url: RedisUrl): Promise<DriverClient> {
  const { host, port, isEncrypted, username, password, database } = url
  const client = driver.createClient({
    RESP: 2,
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL_MS,
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    socket: {
      host,
      port,
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: false,
      ...(isEncrypted ? { tls: true as const, ...toServerName(host) } : {}),
    },
  })
  // What is under way fails with it, and so says it.
  client.on('error', () => {})
  await client.connect()
  return client as unknown as DriverClient
}

/** By which a server with several certificates chooses one; an address is no name. */
function toServerName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {}
}

/** Has the connection keep the process from ending only while something is under way on it. */
export function lettingProcessEnd(client: DriverClient): DriverClient {
  let underWay = 0
  const send = client.sendCommand.bind(client)
  client.unref()
  return Object.assign(client, {
    async sendCommand(command: readonly string[]) {
      if (underWay++ === 0) client.ref()
      try {
        return await send(command)
      } finally {
        if (--underWay === 0) client.unref()
      }
    },
  })
}
