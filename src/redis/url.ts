/** What a `redis://` or `rediss://` URL says, and how its servers are shown: without anything secret. */
import { refuse } from '../store/index.ts'

export interface RedisUrl {
  readonly host: string
  readonly port: number
  readonly isEncrypted: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
}

const DEFAULT_PORT = 6_379
/** Redis has 16 databases unless it is told otherwise; the server judges the number. */
const DATABASE = /^\/(\d{0,9})$/

/** @throws `invalid-argument` */
export function parseUrl(url: string): RedisUrl {
  // Not by the URL in the error's text: it may hold a password.
  const parsed = URL.canParse(url) ? new URL(url) : refuse('url', 'is not a URL, such as redis://localhost:6379')
  if (!/^rediss?:$/.test(parsed.protocol)) refuse('url', 'is not a redis:// or rediss:// URL')
  const database = DATABASE.exec(parsed.pathname === '' ? '/' : parsed.pathname)
  if (parsed.hostname === '') refuse('url', 'names no host; give one, such as redis://localhost:6379')
  if (database === null) refuse('url', 'has a path that is no number of a database, such as redis://localhost:6379/3')
  return {
    host: decode(parsed.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    isEncrypted: parsed.protocol === 'rediss:',
    username: parsed.username === '' ? undefined : decode(parsed.username),
    password: parsed.password === '' ? undefined : decode(parsed.password),
    database: Number(database[1] ?? 0),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('url', 'has a % that begins no escape: write %25 for it')
  }
}

/** `host:port`, as servers of a cluster name one another. */
export function toAddress({ host, port }: Pick<RedisUrl, 'host' | 'port'>): string {
  return `${host}:${port}`
}

export function ofAddress(url: RedisUrl, address: string): RedisUrl {
  const colon = address.lastIndexOf(':')
  // A server that does not know its own name leaves it out: it is the one that was asked.
  return { ...url, host: address.slice(0, colon) || url.host, port: Number(address.slice(colon + 1)) }
}
