/**
 * The servers of a Redis: one, or the masters of a cluster. All keys of a log, or of a read model, lie on one of them;
 * which, is learnt from the servers' own redirections, so that what has moved, or whose server was replaced, is found
 * again.
 *
 *     unknown ──any server is asked──▶ redirected ──▶ known ──redirected, or lost──▶ …
 *
 * A connection is made when it is needed. A lost one fails what is under way on it, at once and by name, and is not
 * made again before somebody asks: who asked knows whether to ask again. The driver's own cluster client is not used, as
 * it goes on to ask a server that has died.
 */
import { type EventStore, storeClosed } from '../store/index.ts'
import { connectClient, type DriverClient, lettingProcessEnd, type RedisDriver } from './client.ts'
import { ENGINE, isTransient } from './failures.ts'
import { ofAddress, type RedisUrl, toAddress } from './url.ts'

/** Appends have a connection of their own, so that their answers never wait behind a page of events. */
export type Lane = 'appends' | 'reads'

/** A log that moves twice while it is asked for is redirected twice; more often means that servers disagree. */
const MAX_REDIRECTIONS = 5

export interface ServersOptions {
  /** Connections on which nothing is under way let the process end. */
  readonly letsProcessEnd?: boolean
}

export class Servers {
  readonly #driver: RedisDriver
  readonly #url: RedisUrl
  readonly #letsProcessEnd: boolean
  /** By lane and address. */
  readonly #clients = new Map<string, Promise<DriverClient>>()
  /** The address of the server that has a key, as far as it is known. */
  readonly #owners = new Map<string, string>()
  /** All that were ever heard of; the first is the one to ask when nothing is known. */
  #addresses: string[]
  #isClosed = false
  #isCluster = false

  constructor(driver: RedisDriver, url: RedisUrl, { letsProcessEnd = false }: ServersOptions = {}) {
    this.#driver = driver
    this.#url = url
    this.#letsProcessEnd = letsProcessEnd
    this.#addresses = [toAddress(url)]
  }

  /** Known when `sendToMasters` was called. */
  get isCluster(): boolean {
    return this.#isCluster
  }

  /** Sends a command, whose keys lie where `key` does. */
  async send(lane: Lane, key: string, command: readonly string[]): Promise<unknown> {
    for (let redirections = 0; ; redirections++) {
      const address = this.#owners.get(key) ?? (this.#addresses[0] as string)
      try {
        const client = await this.#client(lane, address)
        return await client.sendCommand(command)
      } catch (error) {
        const redirection = toRedirection(error)
        if (redirection === undefined || redirections === MAX_REDIRECTIONS) throw this.#forgetting(key, address, error)
        if (redirection.isForOnce) return await this.#ask(lane, redirection.address, command)
        this.#learn(redirection.address)
        this.#owners.set(key, redirection.address)
      }
    }
  }

  /** Makes the connection that `send` would use, if it is not there. Rejects when it cannot be had. */
  async connect(lane: Lane, key: string): Promise<void> {
    const address = this.#owners.get(key) ?? (this.#addresses[0] as string)
    try {
      await this.#client(lane, address)
    } catch (error) {
      throw this.#forgetting(key, address, error)
    }
  }

  /** A connection of its own, for commands that block it, to the server that `key` was last found on. */
  async hold(key: string): Promise<DriverClient> {
    const address = this.#owners.get(key) ?? (this.#addresses[0] as string)
    return await connectClient(this.#driver, ofAddress(this.#url, address))
  }

  /** The same command to one of them, or to each that takes writes. */
  async sendToMasters(command: readonly string[]): Promise<unknown[]> {
    const masters = await this.#masters()
    return await Promise.all(
      masters.map(async (address) => (await this.#client('reads', address)).sendCommand(command)),
    )
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const clients = await Promise.all([...this.#clients.values()].map((client) => client.catch(() => undefined)))
    for (const client of clients) if (client?.isOpen) client.destroy()
  }

  async #ask(lane: Lane, address: string, command: readonly string[]): Promise<unknown> {
    const client = await this.#client(lane, address)
    // Written one right after the other: it is for the next command only.
    const asking = client.sendCommand(['ASKING'])
    const [, reply] = await Promise.all([asking, client.sendCommand(command)])
    return reply
  }

  #client(lane: Lane, address: string): Promise<DriverClient> {
    if (this.#isClosed) throw storeClosed(ENGINE)
    const name = `${lane} ${address}`
    const known = this.#clients.get(name)
    if (known !== undefined) return known
    const connecting = this.#connect(address)
    this.#clients.set(name, connecting)
    const forget = () => {
      if (this.#clients.get(name) === connecting) this.#clients.delete(name)
    }
    connecting.then((client) => {
      // Not every error is the end: a ping may be forbidden, too.
      const forgetLost = () => client.isReady || forget()
      client.on('error', forgetLost).on('end', forget)
    }, forget)
    return connecting
  }

  async #connect(address: string): Promise<DriverClient> {
    const client = await connectClient(this.#driver, ofAddress(this.#url, address))
    if (this.#isClosed) client.destroy()
    return this.#letsProcessEnd ? lettingProcessEnd(client) : client
  }

  /** The server may be gone for good: another one is asked next. */
  #forgetting(key: string, address: string, error: unknown): unknown {
    if (!isTransient(error)) return error
    if (this.#owners.get(key) === address) this.#owners.delete(key)
    if (this.#addresses[0] === address && this.#addresses.length > 1) {
      this.#addresses = [...this.#addresses.slice(1), address]
    }
    return error
  }

  #learn(address: string): void {
    if (!this.#addresses.includes(address)) this.#addresses.push(address)
  }

  async #masters(): Promise<readonly string[]> {
    const [address] = this.#addresses as [string]
    const client = await this.#client('reads', address)
    const info = String(await client.sendCommand(['INFO', 'server']))
    this.#isCluster = /redis_mode:cluster/.test(info)
    if (!this.#isCluster) return [address]
    const slots = (await client.sendCommand(['CLUSTER', 'SLOTS'])) as SlotRange[]
    const masters = slots.map(([, , [host, port]]) => toAddress({ host: host ?? '', port: Number(port) }))
    const known = [...new Set(masters.map((master) => toAddress(ofAddress(this.#url, master))))]
    for (const master of known) this.#learn(master)
    return known
  }
}

/** The servers of a store on Redis; undefined where it is on another engine. */
export function serversOf(store: EventStore): Servers | undefined {
  return 'servers' in store && store.servers instanceof Servers ? store.servers : undefined
}

type SlotRange = readonly [from: number, to: number, master: readonly [host: string | null, port: number]]

interface Redirection {
  readonly address: string
  /** While keys are on their way to another server: the next command may be elsewhere again. */
  readonly isForOnce: boolean
}

function toRedirection(error: unknown): Redirection | undefined {
  const [, kind, address] = (error instanceof Error && /^(MOVED|ASK) \d+ (\S+)/.exec(error.message)) || []
  return address === undefined ? undefined : { address, isForOnce: kind === 'ASK' }
}
