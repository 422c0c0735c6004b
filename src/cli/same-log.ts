/** Whether two URLs name one log, as far as it can be told without asking their servers. */
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { toFolder } from '../store/index.ts'

interface Named {
  readonly url: string
  readonly log: string
}

/** Each store in memory is another one, whatever its URL. */
export function isSameLog(one: Named, other: Named): boolean {
  return one.log === other.log && !one.url.startsWith('memory:') && toPlace(one.url) === toPlace(other.url)
}

/** What is left out of a URL means these. */
const DEFAULTS: Readonly<Record<string, { readonly port: string; readonly path?: string }>> = {
  postgres: { port: '5432' },
  redis: { port: '6379', path: '0' },
  rediss: { port: '6379', path: '0' },
  nats: { port: '4222', path: 'daybook' },
  tls: { port: '4222', path: 'daybook' },
}

const URL_PATTERN = /^(\w+):\/\/(?:([^@/]*)@)?([^/?#]*)\/?([^?#]*)([^#]*)/

/** One text for all spellings: who logs in does not matter, except where a PostgreSQL user's name names the database. */
function toPlace(url: string): string {
  if (url.startsWith('file:')) return toRealFolder(toFolder(url))
  const [, scheme = '', login = '', hosts = '', path = '', query = ''] = URL_PATTERN.exec(url) ?? []
  const engine = scheme === 'postgresql' ? 'postgres' : scheme
  const defaults = DEFAULTS[engine]
  const servers = hosts
    .toLowerCase()
    .split(',')
    .map((host) => (/:\d+$/.test(host) ? host : `${host}:${defaults?.port}`))
  return JSON.stringify([engine, servers.sort(), path === '' ? (defaults?.path ?? login) : path, query])
}

/** One that is yet to be made is no other name of one that is there. */
function toRealFolder(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : resolve(folder)
}
