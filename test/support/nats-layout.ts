/** How the servers of a test are laid out: their folders, ports, configurations, and the proxies between them. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConnectionOptions } from '@nats-io/transport-node'
import { findFreePort } from './free-port.ts'
import { RouteProxy } from './route-proxy.ts'

export interface NatsOptions {
  /** 1 when absent. */
  readonly nodes?: 1 | 3
  /** Nodes reach one another through proxies, and can be cut off. What goes through them is slower. */
  readonly isCuttable?: boolean
  /** Of a release without atomic batches. */
  readonly isOlder?: boolean
  /** Who is let in, in place of a user with a password. */
  readonly access?: NatsAccess
  /** Lines of the configuration beside ours, such as `max_payload: 65536`. */
  readonly settings?: string
  /** Lines of the block `jetstream` beside ours, such as `sync_interval: always`. */
  readonly jetstream?: string
}

export interface NatsAccess {
  /** Lines of the configuration. */
  readonly settings: string
  /** With what we ourselves get in. */
  readonly connection: ConnectionOptions
}

const USER = 'daybook'

export interface Layout {
  readonly access: NatsAccess
  /** What stands before the hosts of a URL. */
  readonly login: string
  readonly nodes: readonly NodeLayout[]
  readonly proxies: readonly Between[]
}

export interface NodeLayout {
  readonly name: string
  readonly folder: string
  readonly port: number
}

export interface Between {
  readonly from: number
  readonly to: number
  /** Where the proxy listens. */
  readonly port: number
  readonly proxy: RouteProxy
}

/** Writes the configuration of each node. */
export async function layOut(folder: string, options: NatsOptions): Promise<Layout> {
  const [access, login] = options.access === undefined ? byPassword() : [options.access, '']
  const places = Array.from({ length: options.nodes ?? 1 }, (_, place) => place)
  const nodes: NodeLayout[] = []
  const routePorts: number[] = []
  for (const place of places) {
    nodes.push({ name: `n${place + 1}`, folder: join(folder, `n${place + 1}`), port: await findFreePort() })
    routePorts.push(await findFreePort())
  }
  const proxies = options.isCuttable ? await listenBetween(routePorts) : []
  for (const [from, node] of nodes.entries()) {
    const routes = options.isCuttable
      ? proxies.filter((each) => each.from === from).map(({ port }) => port)
      : routePorts.filter((_, to) => to !== from)
    mkdirSync(node.folder)
    writeFileSync(
      join(node.folder, 'conf'),
      toConfiguration(node, access.settings, routePorts[from] as number, routes, options),
    )
  }
  return { access, login, nodes, proxies }
}

async function listenBetween(routePorts: readonly number[]): Promise<Between[]> {
  const proxies: Between[] = []
  for (const from of routePorts.keys()) {
    for (const [to, target] of routePorts.entries()) {
      if (to === from) continue
      const port = await findFreePort()
      proxies.push({ from, to, port, proxy: await RouteProxy.listen(port, target) })
    }
  }
  return proxies
}

function byPassword(): [NatsAccess, login: string] {
  const password = randomBytes(16).toString('hex')
  const settings = `authorization { user: ${USER}, password: "${password}" }`
  return [{ settings, connection: { user: USER, pass: password } }, `${USER}:${password}@`]
}

function toConfiguration(
  { name, folder, port }: NodeLayout,
  access: string,
  routePort: number,
  routes: readonly number[],
  { settings = '', jetstream = '' }: NatsOptions,
): string {
  // Nobody learns of another route than its own: what nodes tell one another leads nowhere.
  const cluster = `
    cluster {
      name: daybook, listen: "127.0.0.1:${routePort}", advertise: "127.0.0.1:9", no_advertise: true, pool_size: -1
      routes: [${routes.map((route) => `"nats://127.0.0.1:${route}"`).join(', ')}]
    }`
  return `
    server_name: ${name}
    listen: "127.0.0.1:${port}"
    pid_file: "${join(folder, 'pid')}"
    ${access}
    jetstream { store_dir: "${join(folder, 'data')}", ${jetstream} }
    ${routes.length > 0 ? cluster : ''}
    ${settings}
  `
}
