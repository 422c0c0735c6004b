/**
 * An Elasticsearch or OpenSearch of our own, one node without security on loopback, in a temporary folder: started,
 * killed, started again on the same port and data, removed. It writes its translog to the disk before it answers, as it
 * does by default. A guard (guard.ts) sees to it that nothing is left behind.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from './free-port.ts'
import { isRunning, releaseGuard, startGuard } from './guard.ts'
import { findSearchBinaries, type SearchBinaries, type SearchProduct } from './search-binaries.ts'

/** Some 15 seconds on a quiet machine with two cores. */
const START_TIMEOUT_MS = 120_000
const PID_FILE = 'pid'
/** One of them starts the server as a child of its own: the whole process group is ended. */
const GUARD = `pid=$(cat "$1/${PID_FILE}") && kill -KILL -- "-$pid"`

/** @throws when this machine has no such product, or it does not start. */
export async function startSearch(product: SearchProduct): Promise<SearchServer> {
  const binaries = findSearchBinaries(product)
  if (binaries === undefined) throw new Error(`No ${product} to start: run .ci/install-search.`)
  const folder = mkdtempSync(join(tmpdir(), `daybook-${product}-`))
  const guard = startGuard(GUARD, folder)
  try {
    const server = new SearchServer(binaries, folder, await prepare(binaries, folder), guard)
    await server.start()
    return server
  } catch (error) {
    await releaseGuard(guard)
    throw error
  }
}

/** Copies and configures the product, and gives the URL that it will be at. */
async function prepare({ product, folder: from }: SearchBinaries, folder: string): Promise<string> {
  // Hard links where they can be: the server's user may not be let into the folder that the originals are in.
  execFileSync('sh', ['-c', COPY, 'sh', from, join(folder, 'home')])
  for (const name of OWN) mkdirSync(join(folder, name), { recursive: true })
  const port = await findFreePort()
  const settings = {
    'cluster.name': 'daybook-test',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': await findFreePort(),
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    // The disk of a developer may be fuller than a server's should be.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    ...(product === 'elasticsearch' ? { 'xpack.security.enabled': false } : {}),
  }
  const config = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, 'config', name), `${lines.join('\n')}\n`)
  config(
    `${product}.yml`,
    Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  )
  config('jvm.options', JVM_OPTIONS)
  config('log4j2.properties', LOGGING)
  // The product itself stays as it is: its files are those of the cache.
  if (isRoot()) execFileSync('chown', ['-R', USER, ...OWN.map((name) => join(folder, name))])
  if (isRoot()) execFileSync('chown', [USER, folder])
  return `http://127.0.0.1:${port}`
}

/** On another file system there are no hard links, and what the attempt has made is in the way. */
const COPY = 'cp -rl "$1" "$2" 2>/dev/null || { rm -rf "$2"; cp -r "$1" "$2"; }'
/** Both refuse to run as root. */
const USER = 'nobody'
const OWN = ['config', 'data', 'logs', 'tmp']
const JVM_OPTIONS = [
  '-Xms512m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '18-:-Djava.security.manager=allow',
]
const LOGGING = [
  'appender.console.type = Console',
  'appender.console.name = console',
  'appender.console.layout.type = PatternLayout',
  'appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n',
  'rootLogger.level = warn',
  'rootLogger.appenderRef.console.ref = console',
]

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function findId(kind: '-u' | '-g'): number {
  return Number(execFileSync('id', [kind, USER], { encoding: 'utf8' }))
}

export class SearchServer {
  readonly url: string
  readonly #binaries: SearchBinaries
  readonly #folder: string
  readonly #guard: ChildProcess
  #process: ChildProcess | undefined

  constructor(binaries: SearchBinaries, folder: string, url: string, guard: ChildProcess) {
    this.url = url
    this.#binaries = binaries
    this.#folder = folder
    this.#guard = guard
  }

  /** Starts the stopped server, on the same port and data, and waits until it answers. */
  async start(): Promise<void> {
    const { product, javaHome } = this.#binaries
    const log = openSync(join(this.#folder, 'log'), 'a')
    const prefix = product === 'elasticsearch' ? 'ES' : 'OPENSEARCH'
    const env = { JAVA_HOME: javaHome, PATH_CONF: join(this.#folder, 'config'), TMPDIR: join(this.#folder, 'tmp') }
    // A group of its own: a Ctrl-C in the terminal must not reach the server before the tests that use it.
    this.#process = spawn(join(this.#folder, 'home', 'bin', product), {
      ...(isRoot() ? { uid: findId('-u'), gid: findId('-g') } : {}),
      cwd: this.#folder,
      detached: true,
      env: {
        PATH: process.env.PATH,
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [`${prefix}_${name}`, value])),
      },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    writeFileSync(join(this.#folder, PID_FILE), String(this.#process.pid))
    this.#process.unref()
    await this.#untilReady(this.#process)
  }

  /** As kill -9 does. */
  async kill(): Promise<void> {
    const killed = this.#process
    this.#process = undefined
    if (killed?.pid === undefined || !isRunning(killed)) return
    killed.ref()
    const exit = once(killed, 'exit')
    process.kill(-killed.pid, 'SIGKILL')
    await exit
  }

  /** Kills the server and removes its folder. */
  async close(): Promise<void> {
    await this.kill()
    await releaseGuard(this.#guard)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #untilReady(process: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    while (isRunning(process) && Date.now() < deadline) {
      if (await answers(this.url)) return
      await sleep(100)
    }
    const log = readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2_000)
    throw new Error(`${this.#binaries.product} did not start. The end of its log:\n${log}`)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5_000)
    const response = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=2s`, { signal })
    const { timed_out: isWaiting } = (await response.json()) as { timed_out?: boolean }
    return response.ok && isWaiting === false
  } catch {
    return false // Not yet.
  }
}
