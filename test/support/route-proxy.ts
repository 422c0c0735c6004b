/** A TCP connection that can be cut: what stands between two nodes of a cluster. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export class RouteProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false

  private constructor(target: number) {
    this.#server = createServer((incoming) => this.#join(incoming, target))
  }

  /** Listens on a port of loopback, and passes everything on to another. */
  static async listen(port: number, target: number): Promise<RouteProxy> {
    const proxy = new RouteProxy(target)
    await once(proxy.#server.listen(port, '127.0.0.1'), 'listening')
    proxy.#server.unref()
    return proxy
  }

  /** Ends what is connected, and refuses whoever comes. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend(): void {
    this.#isCut = false
  }

  async close(): Promise<void> {
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #join(incoming: Socket, target: number): void {
    if (this.#isCut) {
      incoming.destroy()
      return
    }
    const outgoing = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      this.#sockets.add(one)
      one.unref()
      // As the nodes themselves do: what waits to be sent with more waits for 40 ms.
      one.setNoDelay(true)
      one.on('error', () => {}) // Its end closes the other one.
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
}
