/** What a URL of the NATS engine says: servers, who we are to them, and how the store is kept. */
import { refuse } from '../../store/index.ts'

export interface NatsAddress {
  /** `host:port`, one or several of a cluster. */
  readonly servers: readonly string[]
  readonly tls: boolean
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly credentialsFile?: string
  /** Names of everything that the store makes begin with it. */
  readonly prefix: string
  readonly replicas?: number
}

const DEFAULT_PREFIX = 'daybook'
/** `nats://user:password@host,host/prefix?creds=FILE&replicas=3` */
const URL_PATTERN = /^(nats|tls):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/
/** JetStream takes an odd number of copies, five at the most. */
const REPLICAS = [1, 3, 5]

/** @throws `invalid-argument`, and never shows what may be secret */
export function parseAddress(url: string): NatsAddress {
  const [, scheme, login = '', hosts = '', path = '', query = ''] = URL_PATTERN.exec(url) ?? []
  if (scheme === undefined) refuse('where', 'is no URL such as nats://user:password@host:4222,host:4222/prefix')
  const options = new URLSearchParams(query)
  const unknown = [...options.keys()].find((name) => name !== 'creds' && name !== 'replicas')
  if (unknown !== undefined) refuse('where', `has the parameter ${unknown}; there are only creds and replicas`)
  return {
    servers: hosts.split(','),
    tls: scheme === 'tls',
    ...parseLogin(login),
    ...(options.has('creds') ? { credentialsFile: options.get('creds') as string } : {}),
    prefix: parsePrefix(path),
    ...(options.has('replicas') ? { replicas: parseReplicas(options.get('replicas') as string) } : {}),
  }
}

/** A name alone is a token. */
function parseLogin(login: string): Partial<NatsAddress> {
  if (login === '') return {}
  const colon = login.indexOf(':')
  if (colon === -1) return { token: decode(login) }
  return { user: decode(login.slice(0, colon)), password: decode(login.slice(colon + 1)) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('where', 'has a % that begins no escape: write %25 for it')
  }
}

function parsePrefix(path: string): string {
  const prefix = path === '' ? DEFAULT_PREFIX : path
  if (!/^[\w-]{1,64}$/.test(prefix)) refuse('where', 'has a path that is no prefix: give 1 to 64 of A-Z a-z 0-9 _ -')
  return prefix
}

function parseReplicas(text: string): number {
  const replicas = Number(text)
  if (!REPLICAS.includes(replicas)) refuse('where', `asks for ${text} replicas; give one of ${REPLICAS.join(', ')}`)
  return replicas
}
