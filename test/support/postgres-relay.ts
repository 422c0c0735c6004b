/**
 * A TCP relay in front of a PostgreSQL server that knows the protocol, and drops the connection at statements: either
 * before the server gets one, or once the server has answered it in full, of which the client learns nothing.
 *
 *     await using relay = await startPostgresRelay(database.url, { isDue: (statement) => statement % 7 === 0, random })
 *
 * Statements are counted over all connections. One is a `Query` or an `Execute`, so that `begin` and `commit` are some, and
 * connecting is none.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Random } from 'daybook/testing'

export interface PostgresRelayOptions {
  /** Whether the connection is dropped at the statement of this number: 1, 2, 3 … */
  readonly isDue: (statement: number) => boolean
  /** Chooses between before and after. */
  readonly random: Random
}

export interface Drop {
  readonly when: 'before' | 'after'
  /** Of a statement without parameters; undefined of others. */
  readonly text: string | undefined
}

export interface PostgresRelay extends AsyncDisposable {
  /** As the server's, with the relay's port. */
  readonly url: string
  readonly drops: readonly Drop[]
}

type Judge = (text: string | undefined) => Drop['when'] | undefined

export async function startPostgresRelay(
  target: string,
  { isDue, random }: PostgresRelayOptions,
): Promise<PostgresRelay> {
  const { hostname, port } = new URL(target)
  const links = new Set<Link>()
  const drops: Drop[] = []
  let statements = 0
  const judge: Judge = (text) => {
    if (!isDue(++statements)) return undefined
    const when = random.chance(0.5) ? 'before' : 'after'
    drops.push({ when, text })
    return when
  }
  const server = createServer((client) => {
    const link = new Link(client, connect(Number(port || 5432), hostname), judge)
    links.add(link)
    client.on('close', () => links.delete(link))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    drops,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const link of links) link.drop()
    },
  }
}

/** One connection. */
class Link {
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #judge: Judge
  readonly #asked = new Messages(true)
  readonly #answered = new Messages(false)
  /** Each `Query` and each `Sync` that has gone out is answered by one `ReadyForQuery`. */
  #awaited = 1
  /** The one after which the connection is dropped. */
  #last = Number.POSITIVE_INFINITY
  #ready = 0

  constructor(client: Socket, upstream: Socket, judge: Judge) {
    this.#client = client
    this.#upstream = upstream
    this.#judge = judge
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      socket.on('error', () => {}) // The other end is told by its own end.
      socket.on('close', () => this.drop())
    }
    client.on('data', (chunk: Buffer) => this.#ask(chunk))
    upstream.on('data', (chunk: Buffer) => this.#answer(chunk))
  }

  drop(): void {
    this.#client.destroy()
    this.#upstream.destroy()
  }

  #ask(chunk: Buffer): void {
    for (const message of this.#asked.take(chunk)) {
      const type = String.fromCharCode(message[0] as number)
      const isStatement = this.#asked.isStarted && (type === 'Q' || type === 'E')
      const when = isStatement && this.#last === Number.POSITIVE_INFINITY ? this.#judge(textOf(message)) : undefined
      if (when === 'before') {
        this.drop()
        return
      }
      // An `Execute` is answered when the `Sync` that follows it is.
      if (when === 'after') this.#last = this.#awaited + 1
      if (type === 'Q' || type === 'S') this.#awaited++
      this.#upstream.write(message)
    }
  }

  #answer(chunk: Buffer): void {
    for (const message of this.#answered.take(chunk)) {
      const isLast = this.#ready + 1 === this.#last
      if (!isLast) this.#client.write(message)
      if (message[0] !== READY) continue
      if (isLast) this.drop()
      else this.#ready++
    }
  }
}

const READY = 'Z'.charCodeAt(0)

function textOf(message: Buffer): string | undefined {
  return message[0] === 'Q'.charCodeAt(0) ? message.toString('utf8', 5, message.length - 1) : undefined
}

/** Cuts one direction of the protocol into messages: a type, and a length that counts itself. */
class Messages {
  #rest = Buffer.alloc(0)
  /** A client's first message has no type. */
  #isStartup: boolean

  constructor(isClient: boolean) {
    this.#isStartup = isClient
  }

  get isStarted(): boolean {
    return !this.#isStartup
  }

  *take(chunk: Buffer): Generator<Buffer> {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (;;) {
      const start = this.#isStartup ? 0 : 1
      if (this.#rest.length < start + 4) return
      const end = start + this.#rest.readUInt32BE(start)
      if (this.#rest.length < end) return
      const message = this.#rest.subarray(0, end)
      this.#rest = this.#rest.subarray(end)
      yield message
      this.#isStartup = false
    }
  }
}
