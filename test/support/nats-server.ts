/**
 * NATS servers of our own, with JetStream, in a temporary folder: one, or a cluster of three on loopback. A node is
 * stopped politely or brutally, paused, cut off from the others, started again on the same ports and data. Nodes reach
 * one another through proxies alone (route-proxy.ts), one for each pair and direction. A guard (guard.ts) sees to it
 * that nothing is left behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { findFreePort } from './free-port.ts'
import { isRunning, releaseGuard, startGuard } from './guard.ts'
import { findNatsBinary, findOlderNatsBinary } from './nats-binary.ts'
import { RouteProxy } from './route-proxy.ts'

export interface NatsOptions {
  /** 1 when absent. */
  readonly nodes?: 1 | 3
  /** Of a release without atomic batches. */
  readonly isOlder?: boolean
  /** Lines of the configuration beside ours, such as `max_payload: 65536`. */
  readonly settings?: string
  /** Lines of the block `jetstream` beside ours, such as `sync_interval: always`. */
  readonly jetstream?: string
}

const USER = 'daybook'
const START_TIMEOUT_MS = 30_000
/** A process that is paused takes no other signal than these. */
const GUARD = `for file in "$1"/*/pid; do pid=$(cat "$file") && kill -KILL "$pid"; done`

/** Starts empty servers. @throws when this machine has no nats-server, or they do not come up. */
export async function startNats(options: NatsOptions = {}): Promise<NatsCluster> {
  const binary = options.isOlder ? findOlderNatsBinary() : findNatsBinary()
  if (binary === undefined) throw new Error('No nats-server to start: run .ci/install-nats.')
  const folder = mkdtempSync(join(tmpdir(), 'daybook-nats-'))
  const guard = startGuard(GUARD, folder)
  const cluster = new NatsCluster(await layOut(folder, options), binary.path, guard)
  try {
    await cluster.start()
    return cluster
  } catch (error) {
    await cluster.close()
    throw error
  }
}

interface Layout {
  readonly password: string
  readonly nodes: readonly NodeLayout[]
  readonly proxies: readonly Between[]
}

interface NodeLayout {
  readonly name: string
  readonly folder: string
  readonly port: number
}

interface Between {
  readonly from: number
  readonly to: number
  readonly proxy: RouteProxy
}

async function layOut(folder: string, options: NatsOptions): Promise<Layout> {
  const password = randomBytes(16).toString('hex')
  const places = Array.from({ length: options.nodes ?? 1 }, (_, place) => place)
  const nodes: NodeLayout[] = []
  const routePorts: number[] = []
  for (const place of places) {
    nodes.push({ name: `n${place + 1}`, folder: join(folder, `n${place + 1}`), port: await findFreePort() })
    routePorts.push(await findFreePort())
  }
  const proxies: Between[] = []
  for (const from of places) {
    const routes: number[] = []
    for (const to of places.filter((place) => place !== from)) {
      const port = await findFreePort()
      proxies.push({ from, to, proxy: await RouteProxy.listen(port, routePorts[to] as number) })
      routes.push(port)
    }
    const node = nodes[from] as NodeLayout
    mkdirSync(node.folder)
    writeFileSync(
      join(node.folder, 'conf'),
      toConfiguration(node, password, routePorts[from] as number, routes, options),
    )
  }
  return { password, nodes, proxies }
}

function toConfiguration(
  { name, folder, port }: NodeLayout,
  password: string,
  routePort: number,
  routes: readonly number[],
  { settings = '', jetstream = '' }: NatsOptions,
): string {
  // Nobody learns of a route but through its own proxy: what nodes tell one another leads nowhere.
  const cluster = `
    cluster {
      name: daybook, listen: "127.0.0.1:${routePort}", advertise: "127.0.0.1:9", no_advertise: true, pool_size: -1
      routes: [${routes.map((route) => `"nats://127.0.0.1:${route}"`).join(', ')}]
    }`
  return `
    server_name: ${name}
    listen: "127.0.0.1:${port}"
    pid_file: "${join(folder, 'pid')}"
    authorization { user: ${USER}, password: "${password}" }
    jetstream { store_dir: "${join(folder, 'data')}", ${jetstream} }
    ${routes.length > 0 ? cluster : ''}
    ${settings}
  `
}

/** One node or three. */
export class NatsCluster {
  /** All nodes, as a client is given them. */
  readonly url: string
  readonly nodes: readonly NatsNode[]
  readonly #layout: Layout
  readonly #guard: ChildProcess

  constructor(layout: Layout, binary: string, guard: ChildProcess) {
    this.#layout = layout
    this.#guard = guard
    this.nodes = layout.nodes.map((node) => new NatsNode(node, binary, layout.password))
    const hosts = layout.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')
    this.url = `nats://${USER}:${layout.password}@${hosts}`
  }

  /** Starts the nodes that are stopped, and waits until JetStream answers with all of them. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()))
    await this.untilWhole()
  }

  /** Waits until every node takes part. */
  async untilWhole(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS
    while (!(await this.#isWhole())) {
      if (Date.now() > deadline) throw new Error(`The NATS cluster is not whole.\n${this.nodes[0]?.endOfLog()}`)
      await sleep(50)
    }
  }

  async #isWhole(): Promise<boolean> {
    try {
      for (const node of this.nodes) await node.ask(async (manager) => await manager.getAccountInfo())
      if (this.nodes.length === 1) return true
      // A stream with a copy on every node is placed only when the cluster knows of them all.
      const name = `probe-${randomBytes(4).toString('hex')}`
      await this.nodes[0]?.ask(async (manager) => {
        await manager.streams.add({ name, subjects: [name], num_replicas: this.nodes.length })
        await manager.streams.delete(name)
      })
      return true
    } catch {
      return false
    }
  }

  /** The node that leads a stream. */
  async leaderOf(stream: string): Promise<NatsNode> {
    const deadline = Date.now() + START_TIMEOUT_MS
    for (;;) {
      for (const node of this.nodes.filter((each) => each.isRunning)) {
        const leader = await node
          .ask(async (manager) => (await manager.streams.info(stream)).cluster?.leader)
          .catch(() => undefined)
        const found = this.nodes.find(({ name }) => name === leader)
        if (found !== undefined) return found
      }
      if (Date.now() > deadline) throw new Error(`The stream ${stream} has no leader.`)
      await sleep(50)
    }
  }

  /** Cuts a node off from the others; whoever is connected to it stays so. */
  isolate(node: NatsNode): void {
    for (const { proxy } of this.#around(node)) proxy.cut()
  }

  rejoin(node: NatsNode): void {
    for (const { proxy } of this.#around(node)) proxy.mend()
  }

  #around(node: NatsNode): readonly Between[] {
    const place = this.nodes.indexOf(node)
    return this.#layout.proxies.filter(({ from, to }) => from === place || to === place)
  }

  /** Stops the nodes and removes their folder. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop('kill')))
    for (const { proxy } of this.#layout.proxies) await proxy.close()
    await releaseGuard(this.#guard)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** `polite` lets the node hand over what it leads; `kill` is kill -9. */
export type NatsStopMode = 'polite' | 'kill'

const STOP_SIGNALS = { polite: 'SIGUSR2', kill: 'SIGKILL' } as const

type JetStreamManager = Awaited<ReturnType<typeof jetstreamManager>>

export class NatsNode {
  readonly name: string
  /** Of this node alone. */
  readonly url: string
  readonly port: number
  readonly #folder: string
  readonly #binary: string
  readonly #password: string
  #process: ChildProcess | undefined

  constructor({ name, folder, port }: NodeLayout, binary: string, password: string) {
    this.name = name
    this.port = port
    this.url = `nats://${USER}:${password}@127.0.0.1:${port}`
    this.#folder = folder
    this.#binary = binary
    this.#password = password
  }

  get isRunning(): boolean {
    return this.#process !== undefined && isRunning(this.#process)
  }

  /** Starts the stopped node, on the same ports and data. */
  async start(): Promise<void> {
    if (this.isRunning) return
    const log = openSync(join(this.#folder, 'log'), 'a')
    // Detached: a Ctrl-C in the terminal must not reach the server before the tests that use it.
    this.#process = spawn(this.#binary, ['--config', join(this.#folder, 'conf')], {
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#process.unref()
    const deadline = Date.now() + START_TIMEOUT_MS
    while (!(await this.#answers())) {
      if (!this.isRunning || Date.now() > deadline) throw new Error(`nats-server did not start.\n${this.endOfLog()}`)
      await sleep(20)
    }
  }

  async stop(mode: NatsStopMode = 'polite'): Promise<void> {
    const stopped = this.#process
    this.#process = undefined
    if (stopped === undefined || !isRunning(stopped)) return
    stopped.ref()
    const exit = once(stopped, 'exit')
    stopped.kill('SIGCONT')
    stopped.kill(STOP_SIGNALS[mode])
    await exit
    // Its number may be given to another process, which the guard must not take for it.
    rmSync(join(this.#folder, 'pid'), { force: true })
  }

  /** Stops the node in the middle of what it does, as a machine that hangs. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  endOfLog(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2_000)
  }

  /** Asks this node's JetStream, over a connection of its own. */
  async ask<T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await this.#connect()
    try {
      return await work(await jetstreamManager(connection, { checkAPI: false, timeout: 2_000 }))
    } finally {
      await connection.close()
    }
  }

  #connect() {
    const servers = `127.0.0.1:${this.port}`
    return connect({ servers, user: USER, pass: this.#password, reconnect: false, timeout: 2_000 })
  }

  async #answers(): Promise<boolean> {
    try {
      await (await this.#connect()).close()
      return true
    } catch {
      return false
    }
  }
}
