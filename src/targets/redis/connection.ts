/**
 * One connection to a Redis, made when it is first needed and again when it was lost. What was under way is asked again:
 * every command and script of ours may be run twice. While nothing is under way, it does not keep the process from
 * ending.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DaybookError, isDaybookError } from '../../errors/index.ts'
import { type Losses, refuse, retrying } from '../../store/index.ts'

export type Reply = string | number | null | readonly Reply[]

/** Of the driver's client only this is used. */
interface Client {
  readonly isOpen: boolean
  sendCommand(command: readonly string[]): Promise<unknown>
  connect(): Promise<unknown>
  on(event: 'error' | 'end', listener: () => void): this
  ref(): void
  unref(): void
  destroy(): void
}

const TARGET = 'redis'
const CONNECT_TIMEOUT_MS = 10_000
/** A server that answers nothing for so long hangs, or is cut off. */
const SILENCE_MS = 15_000
const PING_INTERVAL_MS = 5_000
const NEVER = new AbortController().signal

const TRANSIENT_CODES = /^(ECONN\w+|EPIPE|ETIMEDOUT|E\w+UNREACH|ENOTFOUND|EAI_AGAIN)$/
const TRANSIENT_MESSAGE =
  /^(Socket closed|The client is (closed|offline)|Disconnects client|Connection timeout|Socket timeout|Client network socket|LOADING|BUSY|MASTERDOWN|READONLY|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|ERR max number of clients)/

const LOSSES: Losses = {
  engine: TARGET,
  isTransient(error) {
    if (!(error instanceof Error) || isDaybookError(error)) return false
    const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
    return TRANSIENT_CODES.test(code) || TRANSIENT_MESSAGE.test(error.message)
  },
}

export class Connection {
  readonly #url: string
  #client: Promise<Client> | undefined
  #underWay = 0
  #isClosed = false

  constructor(url: string) {
    const protocol = URL.canParse(url) ? new URL(url).protocol : ''
    if (!/^rediss?:$/.test(protocol)) refuse('url', 'is not a redis:// or rediss:// URL')
    this.#url = url
  }

  /** @throws `connection-lost`, `target-refused`, `missing-driver`, `closed` */
  async send(command: readonly string[]): Promise<Reply> {
    return await this.#naming(() => retrying(LOSSES, () => this.#send(command), NEVER))
  }

  /** Runs a script, which the server keeps from the first time on. */
  async run(script: Script, keys: readonly string[], values: readonly string[]): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...values]
    return await this.#naming(() => retrying(LOSSES, () => this.#runOnce(script, rest), NEVER))
  }

  async #runOnce({ sha, text }: Script, rest: readonly string[]): Promise<Reply> {
    try {
      return await this.#send(['EVALSHA', sha, ...rest])
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await this.#send(['EVAL', text, ...rest])
    }
  }

  async #send(command: readonly string[]): Promise<Reply> {
    const client = await this.#open()
    if (this.#underWay++ === 0) client.ref()
    try {
      return (await client.sendCommand(command)) as Reply
    } finally {
      if (--this.#underWay === 0) client.unref()
    }
  }

  #open(): Promise<Client> {
    if (this.#isClosed) {
      const message = 'The Redis targets are closed. Make them anew to go on.'
      throw new DaybookError('closed', message, { what: 'targets' })
    }
    this.#client ??= this.#connect()
    return this.#client
  }

  /** A client that is lost is made anew when somebody asks. */
  #connect(): Promise<Client> {
    const connecting = connect(this.#url)
    const forget = () => {
      if (this.#client === connecting) this.#client = undefined
    }
    connecting.then((client) => client.on('error', forget).on('end', forget), forget)
    return connecting
  }

  /** What the server refuses, and cannot be helped by asking again. */
  async #naming<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error) || isDaybookError(error)) throw error
      const reason = error.message
      const message = `Redis refused a command: ${reason}. Correct what it names: its memory, the rights of the user.`
      throw new DaybookError('target-refused', message, { target: TARGET, reason }, { cause: error })
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const client = await this.#client?.catch(() => undefined)
    if (client?.isOpen) client.destroy()
  }
}

async function connect(url: string): Promise<Client> {
  const { createClient } = await importRedis()
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL_MS,
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_MS, reconnectStrategy: false },
  }) as unknown as Client
  // What is under way fails with it, and so says it.
  client.on('error', () => {})
  await client.connect()
  client.unref()
  return client
}

async function importRedis(): Promise<typeof import('redis')> {
  try {
    return await import('redis')
  } catch (cause) {
    const message = 'Redis targets need the package redis, which is not installed. Install it: npm install redis'
    throw new DaybookError('missing-driver', message, { driver: 'redis', install: 'npm install redis' }, { cause })
  }
}

export interface Script {
  readonly text: string
  readonly sha: string
}

/** One of ./lua, by name. */
export function readScript(name: string): Script {
  const text = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
