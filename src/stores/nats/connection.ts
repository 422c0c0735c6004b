/**
 * The connection to the servers. The client makes it again by itself when it breaks; when it stands but nothing answers
 * over it, as on a node that is cut off from its cluster, it is moved to another server.
 */
import { readFile } from 'node:fs/promises'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node'
import { DaybookError } from '../../errors/index.ts'
import { refuse, retrying } from '../../store/index.ts'
import type { NatsAddress } from './address.ts'
import { isLeaderless, JetStreamFailure, namingFailure, namingRefusal } from './failures.ts'

/** A leader is elected within seconds; who waits for longer had better ask again. */
const REQUEST_TIMEOUT_MS = 4_000
const CONNECT_TIMEOUT_MS = 5_000
/** A server that hangs is given up after two of these without an answer. */
const PING_INTERVAL_MS = 3_000
const RECONNECT_WAIT_MS = 100
/** So many requests in a row without an answer, and another server is tried. */
const TIMEOUTS_BEFORE_MOVE = 3
/** Before it, writers with the same expectation could all succeed on a replicated stream. */
const OLDEST_MINOR = 10
/** From it on messages are published in atomic batches. */
const BATCHES_MINOR = 12

const MANY_GETS_MINOR = 11

export interface ServerFacts {
  readonly version: string
  readonly isClustered: boolean
  readonly hasBatches: boolean
  /** One request may be answered with several messages. */
  readonly hasManyGets: boolean
  /** Of a message's headers and data. */
  readonly maxPayload: number
}

export interface RequestOptions {
  readonly headers?: MsgHdrs
  readonly timeoutMs?: number
}

/** Who opens a store gives no signal; that a leader comes has a time of its own. */
const NEVER = new AbortController().signal

export class Connection {
  readonly client: NatsConnection
  readonly manager: JetStreamManager
  readonly facts: ServerFacts
  #timeouts = 0

  private constructor(client: NatsConnection, manager: JetStreamManager, facts: ServerFacts) {
    this.client = client
    this.manager = manager
    this.facts = facts
  }

  /** @throws `connection-lost`, `access-refused`, `server-too-old`, `invalid-argument` */
  static async open(address: NatsAddress): Promise<Connection> {
    const client = await connect(await toOptions(address)).catch((error) => {
      throw namingFailure(error)
    })
    try {
      const facts = toFacts(client)
      const toManager = () => jetstreamManager(client, { timeout: REQUEST_TIMEOUT_MS })
      // The server is there. A cluster that has just lost its leader has another one in some seconds.
      const manager = await retrying({ engine: 'nats', isTransient: isLeaderless }, toManager, NEVER)
      return new Connection(client, manager, facts)
    } catch (error) {
      await client.close()
      throw namingFailure(error)
    }
  }

  /** @throws `access-refused` */
  async request(subject: string, data?: string | Uint8Array, options: RequestOptions = {}): Promise<Msg> {
    const { headers, timeoutMs = REQUEST_TIMEOUT_MS } = options
    try {
      const answer = await this.client.request(subject, data, {
        timeout: timeoutMs,
        ...(headers === undefined ? {} : { headers }),
      })
      this.#timeouts = 0
      return answer
    } catch (error) {
      this.#noteFailure(error)
      throw namingRefusal(error)
    }
  }

  /** A request to JetStream that is answered with JSON. @throws JetStreamFailure */
  async ask<T>(subject: string, data?: string | Uint8Array, options?: RequestOptions): Promise<T> {
    return toAnswer(await this.request(subject, data, options))
  }

  #noteFailure(error: unknown): void {
    if (!(error instanceof Error) || (error.name !== 'TimeoutError' && error.cause === undefined)) return
    if (++this.#timeouts < TIMEOUTS_BEFORE_MOVE) return
    this.#timeouts = 0
    // It fails when the connection is closed or being made anyway.
    this.client.reconnect().catch(() => {})
  }

  async close(): Promise<void> {
    await this.client.close()
  }
}

interface Answer {
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string }
}

function toAnswer<T>(message: Msg): T {
  const answer = message.json<Answer>()
  if (answer.error === undefined) return answer as T
  const { err_code, code = 0, description = 'It gave no reason' } = answer.error
  throw new JetStreamFailure(err_code ?? code, description)
}

async function toOptions(address: NatsAddress): Promise<ConnectionOptions> {
  const { servers, tls, user, password, token, credentialsFile } = address
  return {
    servers: [...servers],
    name: 'daybook',
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    // A stack for each request costs more than the request.
    noAsyncTraces: true,
    ...(tls ? { tls: {} } : {}),
    ...(user === undefined ? {} : { user, pass: password ?? '' }),
    ...(token === undefined ? {} : { token }),
    ...(credentialsFile === undefined ? {} : { authenticator: await readCredentials(credentialsFile) }),
  }
}

/** Looked at here, as the client looks only when a server asks: and then waits for one that does not. */
async function readCredentials(file: string) {
  const text = await readFile(file).catch((cause) =>
    refuse('where', `names credentials in ${file}, unread: ${cause.code}`),
  )
  const authenticator = credsAuthenticator(text)
  try {
    authenticator('a server’s question')
  } catch {
    refuse('where', `names credentials in ${file}, which holds none such as nsc writes them`)
  }
  return authenticator
}

function toFacts({ info }: NatsConnection): ServerFacts {
  const version = info?.version ?? ''
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (major < 2 || (major === 2 && minor < OLDEST_MINOR)) throw tooOld(version)
  return {
    version,
    isClustered: info?.cluster !== undefined,
    hasBatches: major > 2 || minor >= BATCHES_MINOR,
    hasManyGets: major > 2 || minor >= MANY_GETS_MINOR,
    maxPayload: info?.max_payload ?? 0,
  }
}

function tooOld(found: string): DaybookError {
  const needed = `2.${OLDEST_MINOR}`
  const message =
    `The NATS server is version ${found}; ${needed} or newer is needed. Older ones let several writers with the same ` +
    'expected version win at once on a replicated stream, and events would be lost to the readers. Upgrade the server.'
  return new DaybookError('server-too-old', message, { engine: 'nats', found, needed })
}
