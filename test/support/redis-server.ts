/**
 * A Redis server of our own, in a temporary folder: started, stopped politely or brutally, started again on the same
 * port and data, removed. It writes every change to its disk before it answers, unless a test says otherwise, so that
 * what survives a crash here survives it in production. A guard (guard.ts) sees to it that nothing is left behind.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'
import { findFreePort } from './free-port.ts'
import { isRunning, releaseGuard, startGuard } from './guard.ts'

export interface RedisOptions {
  /** Settings of redis.conf beside ours, such as `{ maxmemory: '8mb' }`. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Of its administrator; random when absent. */
  readonly password?: string
}

/** `polite` lets the server put its data in order; `kill` is kill -9. */
export type RedisStopMode = 'polite' | 'kill'

const SETTINGS = { bind: '127.0.0.1', save: '""', appendonly: 'yes', appendfsync: 'always' }
const STOP_SIGNALS = { polite: 'SIGTERM', kill: 'SIGKILL' } as const
/** Loading the file of a test takes milliseconds. */
const START_TIMEOUT_MS = 30_000

/** Such as `7.0.15`; undefined when this machine has no redis-server. */
export function findRedisVersion(): string | undefined {
  try {
    const text = execFileSync('redis-server', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return /\bv=(\S+)/.exec(text)?.[1]
  } catch {
    return undefined // Not installed.
  }
}

/** Starts an empty server. @throws when this machine has no redis-server, or it does not start. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-redis-'))
  const guard = startGuard(GUARD, folder)
  try {
    const server = new RedisServer(folder, await configure(folder, options), guard)
    await server.start()
    return server
  } catch (error) {
    await releaseGuard(guard)
    throw error
  }
}

/** Writes redis.conf, and gives the URL of the server's administrator. */
async function configure(folder: string, { settings = {}, password = newPassword() }: RedisOptions): Promise<string> {
  const port = await findFreePort()
  const own = { ...SETTINGS, port, requirepass: password, dir: folder, pidfile: join(folder, PID_FILE) }
  const lines = Object.entries({ ...own, ...settings }).map(([name, value]) => `${name} ${value}\n`)
  writeFileSync(join(folder, 'redis.conf'), lines.join(''))
  return `redis://default:${password}@127.0.0.1:${port}`
}

export function newPassword(): string {
  return randomBytes(16).toString('hex')
}

const PID_FILE = 'redis.pid'
/** What it has to save is removed with it. */
const GUARD = `pid=$(cat "$1/${PID_FILE}") && kill -KILL "$pid"`

export class RedisServer {
  /** Of the user that may do everything, on database 0. */
  readonly url: string
  readonly #folder: string
  readonly #guard: ChildProcess
  #process: ChildProcess | undefined

  constructor(folder: string, url: string, guard: ChildProcess) {
    this.url = url
    this.#folder = folder
    this.#guard = guard
  }

  /** Starts the stopped server, on the same port and data, and waits until it answers. */
  async start(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a')
    // Detached: a Ctrl-C in the terminal must not reach the server before the tests that use it.
    this.#process = spawn('redis-server', [join(this.#folder, 'redis.conf')], {
      cwd: this.#folder,
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#process.unref()
    await this.#untilReady(this.#process)
  }

  async stop(mode: RedisStopMode = 'polite'): Promise<void> {
    const stopped = this.#process
    this.#process = undefined
    if (stopped === undefined || !isRunning(stopped)) return
    stopped.ref()
    const exit = once(stopped, 'exit')
    // A process that is paused takes no other signal before it goes on; but it must not go on before it is killed.
    if (mode === 'polite') stopped.kill('SIGCONT')
    stopped.kill(STOP_SIGNALS[mode])
    await exit
    // Its number may be given to another process, which the guard must not take for it.
    rmSync(join(this.#folder, PID_FILE), { force: true })
  }

  /** Stops the server in the middle of what it does, as a machine that hangs. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  /** Stops the server and removes its folder. */
  async close(): Promise<void> {
    await this.stop('kill')
    await releaseGuard(this.#guard)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #untilReady(process: ChildProcess): Promise<void> {
    let failure: unknown
    process.once('error', (error) => {
      failure = error
    })
    const deadline = Date.now() + START_TIMEOUT_MS
    while (failure === undefined && isRunning(process) && Date.now() < deadline) {
      if (await answers(this.url)) return
      await sleep(10)
    }
    const log = readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2_000)
    throw new Error(`redis-server did not start. The end of its log:\n${log}`, { cause: failure })
  }
}

/** It answers with an error while it loads its data. */
async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => {}) // The same is thrown by what we wait for.
  try {
    await client.connect()
    await client.ping()
    return true
  } catch {
    return false
  } finally {
    if (client.isOpen) client.destroy()
  }
}
