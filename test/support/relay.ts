/**
 * A TCP relay in front of a server, which drops connections when it is told to: what a network does.
 *
 *     await using relay = await startRelay(server.url, { dropEvery: 7 })
 *
 * It counts what the client sends, chunk by chunk: nearly a request each. The chunk that is dropped may or may not reach
 * the server, turn by turn, so that a client cannot tell whether it was carried out.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface RelayOptions {
  /** Drops the connection at every n-th chunk; never when absent. */
  readonly dropEvery?: number
}

export interface Relay extends AsyncDisposable {
  /** As the server's, with the relay's port. */
  readonly url: string
  /** How many connections were dropped. */
  readonly drops: number
}

export async function startRelay(target: string, { dropEvery }: RelayOptions = {}): Promise<Relay> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const counts = { chunks: 0, drops: 0 }
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {}) // The other end is told by its own end.
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    upstream.pipe(client)
    client.on('data', (chunk) => {
      counts.chunks++
      if (dropEvery === undefined || counts.chunks % dropEvery !== 0) {
        upstream.write(chunk)
        return
      }
      counts.drops++
      upstream.unpipe(client)
      client.destroy()
      // Every other one gets through, without an answer.
      if (counts.drops % 2 === 0) upstream.end(chunk)
      else upstream.destroy()
    })
    client.on('end', () => upstream.end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href.replace(/\/$/, ''),
    get drops() {
      return counts.drops
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
