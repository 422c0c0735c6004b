/**
 * The store on NATS JetStream. Each log is a stream of its own there; what is kept beside the events is in one
 * key-value bucket. docs/nats.md says what is where, and what is promised.
 */
import { type Capabilities, type EventLog, type EventStore, Lifetime, Logs } from '../../store/index.ts'
import { parseAddress } from './address.ts'
import { Connection } from './connection.ts'
import { assertCopies } from './durability.ts'
import { Keepsakes } from './keepsakes.ts'
import { LogStream } from './log-stream.ts'
import { NatsLog } from './nats-log.ts'
import { Subjects } from './subjects.ts'

const ENGINE = 'nats'
/** Where there is a cluster: one node may be lost. */
const REPLICAS_IN_CLUSTER = 3

export interface NatsOptions {
  /** Copies of each log: 1, 3 or 5; 3 when absent and the server is one of a cluster. What the URL says comes first. */
  readonly replicas?: number
  /** Refuse logs with one copy: whether their server waits for its disk, it does not tell. */
  readonly requireDurable?: boolean
}

/** @throws `invalid-argument`, `connection-lost`, `access-refused`, `server-too-old`, `not-durable` */
export async function openNatsStore(url: string, options: NatsOptions = {}): Promise<EventStore> {
  const address = parseAddress(url)
  const connection = await Connection.open(address)
  const { requireDurable = false } = options
  const replicas = address.replicas ?? options.replicas ?? (connection.facts.isClustered ? REPLICAS_IN_CLUSTER : 1)
  try {
    if (requireDurable) assertCopies(replicas, 'A log')
  } catch (error) {
    await connection.close()
    throw error
  }
  return new NatsStore(connection, { prefix: address.prefix, replicas, requireDurable })
}

/** How logs are kept. */
interface Kept {
  /** Names of everything that the store makes begin with it. */
  readonly prefix: string
  readonly replicas: number
  readonly requireDurable: boolean
}

class NatsStore implements EventStore {
  readonly engine = ENGINE
  readonly capabilities: Capabilities
  readonly #connection: Connection
  readonly #kept: Kept
  readonly #logs: Logs
  readonly #lifetime = new Lifetime(ENGINE)
  readonly #keepsakes: Keepsakes
  #closing: Promise<void> | undefined

  constructor(connection: Connection, kept: Kept) {
    const { hasBatches } = connection.facts
    this.capabilities = {
      gaplessPositions: false,
      joinsTransactions: false,
      durable: true,
      shared: true,
      multiStream: hasBatches,
      largeAppends: hasBatches,
      uniqueEventIds: hasBatches,
      importsFuture: false,
    }
    this.#connection = connection
    this.#logs = new Logs(this, this.#lifetime, (name) => this.#toLog(name))
    this.#kept = kept
    const { prefix, replicas } = kept
    this.#keepsakes = new Keepsakes({ connection, bucket: prefix, replicas, lifetime: this.#lifetime })
  }

  log(name: string): EventLog {
    return this.#logs.log(name)
  }

  #toLog(name: string): NatsLog {
    const { prefix, ...kept } = this.#kept
    const stream = new LogStream({
      ...kept,
      connection: this.#connection,
      subjects: new Subjects(prefix, name),
      log: name,
    })
    return new NatsLog(name, stream, this.#keepsakes, this.#lifetime)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lifetime.close()
    await this.#logs.idle()
    await this.#connection.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
