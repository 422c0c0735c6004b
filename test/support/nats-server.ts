/**
 * NATS servers of our own, with JetStream, in a temporary folder: one, or a cluster of three on loopback. A node is
 * stopped politely or brutally, paused, started again on the same ports and data. Nodes that are to be cut off from the
 * others reach one another through proxies alone (route-proxy.ts), one for each pair and direction. A guard (guard.ts) sees to it
 * that nothing is left behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { isRunning, releaseGuard, startGuard } from './guard.ts'
import { findNatsBinary, findOlderNatsBinary } from './nats-binary.ts'
import { type Between, type Layout, layOut, type NatsAccess, type NatsOptions, type NodeLayout } from './nats-layout.ts'

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
    this.nodes = layout.nodes.map((node) => new NatsNode(node, binary, layout))
    const hosts = layout.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')
    this.url = `nats://${layout.login}${hosts}`
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
    if (this.#layout.proxies.length === 0) throw new Error('Start the cluster with isCuttable to cut a node off.')
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
  readonly #access: NatsAccess
  #process: ChildProcess | undefined

  constructor({ name, folder, port }: NodeLayout, binary: string, { access, login }: Layout) {
    this.name = name
    this.port = port
    this.url = `nats://${login}127.0.0.1:${port}`
    this.#folder = folder
    this.#binary = binary
    this.#access = access
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
    return connect({ servers, ...this.#access.connection, reconnect: false, timeout: 2_000 })
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
