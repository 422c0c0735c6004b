/**
 * One process at a time in an embedded store's folder. The lock is a local socket that listens under a name made from
 * the folder's device and inode: the kernel lets one process have it and takes it back when that process is gone,
 * however it went. On Linux the name is in the abstract namespace and on Windows it is a named pipe, which leave nothing
 * behind; elsewhere it is a file, and one at which nobody answers is left over and may be removed.
 *
 * It does not reach across machines, nor across containers that share a folder but not a network.
 */
import { mkdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DaybookError } from '../../errors/index.ts'

export interface DirectoryLock {
  release(): Promise<void>
}

/** Makes the folder if need be, and locks it. @throws `store-locked` */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true })
  const address = toAddress(directory)
  const server = (await tryListen(address)) ?? (await takeOver(address))
  if (server === undefined) throw storeLocked(directory)
  server.unref()
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

function toAddress(directory: string): string {
  const { dev, ino } = statSync(realpathSync(directory), { bigint: true })
  const name = `daybook-${dev.toString(36)}-${ino.toString(36)}`
  if (process.platform === 'linux') return `\0${name}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.lock`)
}

/** The listening server, or undefined when somebody else listens. */
function tryListen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(address, () => resolve(server))
  })
}

async function takeOver(address: string): Promise<Server | undefined> {
  const isFile = process.platform !== 'linux' && process.platform !== 'win32'
  if (!isFile || (await isAnswered(address))) return undefined
  rmSync(address, { force: true })
  return await tryListen(address)
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
  })
}

function storeLocked(directory: string): DaybookError {
  const message =
    `Another process, or another store in this one, has ${directory} open, and an embedded store takes one at a time. ` +
    'Close it first, or use postgres:// to share a store.'
  return new DaybookError('store-locked', message, { directory })
}
