/** Where a server of our own keeps its data, and as whom, where and with what settings it runs. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort } from './free-port.ts'
import { type PostgresBinaries, prepareBinaries } from './postgres-binaries.ts'

export interface Cluster {
  /** Of the superuser, on the database `postgres`. */
  readonly url: string
  readonly folder: string
  readonly binFolder: string
  /** Whom the server runs as: PostgreSQL refuses to be root. */
  readonly owner: { readonly uid?: number; readonly gid?: number }
}

export type Settings = Readonly<Record<string, string | number>>

/** Makes an empty cluster below `folder`, which from then on belongs to the server's user. */
export async function createCluster(folder: string, binaries: PostgresBinaries, settings: Settings): Promise<Cluster> {
  const binFolder = await prepareBinaries(binaries, folder)
  const owner = findOwner()
  const password = randomBytes(16).toString('hex')
  const port = await findFreePort()
  writeFileSync(join(folder, 'password'), `${password}\n`)
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid ?? -1)
  initialise(folder, binFolder, owner)
  configure(folder, { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, ...settings })
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, folder, binFolder, owner }
}

function initialise(folder: string, binFolder: string, owner: Cluster['owner']): void {
  const authentication = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${join(folder, 'password')}`]
  const place = ['-D', join(folder, 'data'), '--encoding=UTF8', '--locale=C']
  execFileSync(join(binFolder, 'initdb'), [...place, ...authentication], { ...owner, cwd: folder, stdio: 'pipe' })
}

function configure(folder: string, settings: Settings): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  writeFileSync(join(folder, 'data', 'postgresql.conf'), lines.join(''))
}

/** Root lends the server to `postgres`, or to `nobody` where only npm brought a PostgreSQL; others are themselves. */
function findOwner(): Cluster['owner'] {
  if (process.getuid?.() !== 0) return {}
  const user = ['postgres', 'nobody'].find((name) => findId('-u', name) !== undefined)
  if (user === undefined) throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody.')
  return { uid: findId('-u', user) ?? 0, gid: findId('-g', user) ?? 0 }
}

function findId(kind: '-u' | '-g', user: string): number | undefined {
  try {
    return Number(execFileSync('id', [kind, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined // There is no such user.
  }
}
