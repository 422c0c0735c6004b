/** A Redis Cluster of our own on loopback: masters that share out the slots, each as redis-server.ts starts it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'
import { findFreePort } from './free-port.ts'
import { newPassword, type RedisServer, startRedis } from './redis-server.ts'

const SLOTS = 16_384
/** Joining takes a second or two. */
const JOIN_TIMEOUT_MS = 30_000
/** After which a member that does not answer counts as dead. */
const NODE_TIMEOUT_MS = 2_000

export class RedisCluster {
  readonly masters: readonly RedisServer[]

  constructor(masters: readonly RedisServer[]) {
    this.masters = masters
  }

  /** Of one of them, as good as any. */
  get url(): string {
    return (this.masters[0] as RedisServer).url
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.masters.map((master) => master.close()))
  }
}

export async function startRedisCluster(count = 3): Promise<RedisCluster> {
  const password = newPassword()
  const masters = await Promise.all(Array.from({ length: count }, () => startMember(password)))
  const cluster = new RedisCluster(masters)
  try {
    await join(masters)
    return cluster
  } catch (error) {
    await cluster[Symbol.asyncDispose]()
    throw error
  }
}

async function startMember(password: string): Promise<RedisServer> {
  // Its usual place, the port and 10,000, is among those that the system hands out to clients.
  const settings = { 'cluster-enabled': 'yes', 'cluster-port': await findFreePort(), masterauth: password }
  return await startRedis({ settings: { ...settings, 'cluster-node-timeout': NODE_TIMEOUT_MS }, password })
}

/** Adds a replica of a master, and waits until it has all that the master has. */
export async function addReplica(master: RedisServer): Promise<RedisServer> {
  const replica = await startMember(new URL(master.url).password)
  const id = String(await onServer(master, ['CLUSTER', 'MYID']))
  await meet(master, replica)
  await until(async () => {
    const known = String(await onServer(replica, ['CLUSTER', 'NODES'])).includes(id)
    if (known) await onServer(replica, ['CLUSTER', 'REPLICATE', id])
    return known
  })
  await until(async () => /master_link_status:up/.test(String(await onServer(replica, ['INFO', 'replication']))))
  return replica
}

async function join(masters: readonly RedisServer[]): Promise<void> {
  for (const [place, master] of masters.entries()) {
    const from = Math.floor((place * SLOTS) / masters.length)
    const to = Math.floor(((place + 1) * SLOTS) / masters.length) - 1
    await onServer(master, ['CLUSTER', 'ADDSLOTSRANGE', String(from), String(to)])
    await onServer(master, ['CONFIG', 'SET', 'cluster-announce-ip', '127.0.0.1'])
  }
  for (const other of masters.slice(1)) {
    await meet(masters[0] as RedisServer, other)
  }
  await Promise.all(masters.map((master) => untilJoined(master, masters.length)))
}

async function meet(member: RedisServer, other: RedisServer): Promise<void> {
  const [, busPort] = (await onServer(other, ['CONFIG', 'GET', 'cluster-port'])) as [string, string]
  await onServer(member, ['CLUSTER', 'MEET', '127.0.0.1', new URL(other.url).port, busPort])
}

async function untilJoined(master: RedisServer, count: number): Promise<void> {
  await until(async () => {
    const info = String(await onServer(master, ['CLUSTER', 'INFO']))
    return info.includes('cluster_state:ok') && info.includes(`cluster_size:${count}`)
  })
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + JOIN_TIMEOUT_MS
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('The cluster did not come together in time.')
    await sleep(50)
  }
}

/** One command, as the administrator. */
export async function onServer(server: Pick<RedisServer, 'url'>, command: readonly string[]): Promise<unknown> {
  const client = await createClient({ url: server.url }).connect()
  try {
    return await client.sendCommand(command)
  } finally {
    client.destroy()
  }
}
