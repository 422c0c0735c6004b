import { open } from 'daybook'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventLog, EventStore } from '../../src/store/index.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { codeBlocks, read } from '../docs/documents.ts'
import { Paid, rowsOf, sums } from '../projections/ledger.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { onServer } from '../support/redis-cluster.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

/** The commands of docs/redis.md, a line each. */
const [ACL = ''] = codeBlocks(read('docs/redis.md'), 'acl')
const COMMANDS = ACL.trim().replaceAll(/\n +/g, ' ').split('\n')

/** Each would rewrite or empty the past, were it allowed. */
const REWRITING = [
  'EVAL redis.call("DEL",KEYS[1]) 1 daybook:events:{main}',
  'DEL daybook:events:{main}',
  'UNLINK daybook:events:{main}',
  'XDEL daybook:events:{main} 1-0',
  'XTRIM daybook:events:{main} MAXLEN 0',
  'RENAME daybook:events:{main} daybook:gone',
  'EXPIRE daybook:events:{main} 1',
  'HDEL daybook:ids:{main} x',
  'HDEL daybook:by-stream:{main} account-1',
  'SET daybook:events:{main} x',
  'RESTORE daybook:events:{main} 0 x REPLACE',
  'FLUSHALL',
  'FLUSHDB',
  'FUNCTION FLUSH',
  'CONFIG SET appendonly no',
  'SHUTDOWN NOSAVE',
  'ACL SETUSER daybook-writer allcommands',
]

function anAppend(n: number) {
  const event = { type: 'Opened', data: { n }, tags: ['vip'], metadata: { correlationId: `c${n}` } }
  return { streams: [{ stream: 'account-1', events: [event] }], command: { id: `c${n}`, digest: 'd', result: n } }
}

describeOnOwnRedis('the users of docs/redis.md', () => {
  let server: RedisServer
  let administrator: EventStore
  beforeAll(async () => {
    server = await startRedis()
    administrator = await openRedis(server.url)
    for (const command of COMMANDS) await onServer(server, splitAcl(command))
  })
  afterAll(async () => {
    await administrator.close()
    await server.close()
  })

  function urlOf(user: string): string {
    const url = new URL(server.url)
    url.username = user
    url.password = 'a-password'
    return url.href
  }

  async function everythingRead(log: EventLog): Promise<void> {
    expect((await log.read().toArray()).length).toBeGreaterThan(0)
    await log.read({ category: 'account', tags: ['vip'], types: ['Opened'], direction: 'backwards' }).toArray()
    await log.readStream('account-1').toArray()
    for await (const _ of log.streams());
    await log.positionAt(new Date())
    await log.types()
    await log.commands.find('c1')
    await log.leases.list()
    await log.checkpoints.list()
    const tail = log.tail({ pollIntervalMs: 600_000 })[Symbol.asyncIterator]()
    const { value } = await tail.next()
    expect(value.position).toBe(1)
    await tail.return?.()
  }

  test('the writer does all that a store does', async () => {
    await using store = await openRedis(urlOf('daybook-writer'))
    const log = store.log('main')
    await log.append(anAppend(1))
    expect((await log.append(anAppend(1))).earlierCommand?.result).toBe(1)
    await log.import([{ type: 'Closed', data: {}, stream: 'order-1' }])
    const key = { stream: 'account-1', definition: 'account', fingerprint: 'f' }
    await log.snapshots.save(key, { version: 1, state: {} })
    expect(await log.snapshots.load(key)).toEqual({ version: 1, state: {} })
    await log.snapshots.clear('account-1')
    await log.snapshots.save(key, { version: 1, state: {} })
    await log.snapshots.clear()
    expect(await log.snapshots.load(key)).toBeUndefined()
    expect(await log.checkpoints.move('balances', 0, 1)).toBe(true)
    const lease = await log.leases.acquire('p', 'ann', { durationMs: 1_000 })
    if (lease === undefined) throw new Error('The lease is free.')
    await log.leases.release(lease)
    expect(await log.commands.prune({ before: new Date(Date.now() + 60_000), limit: 10 })).toBe(1)
    await everythingRead(log)
  })

  test('the writer keeps read models, and rebuilds them', async () => {
    await using daybook = await open(urlOf('daybook-writer'), { log: 'ledger' })
    await daybook.append('account-1', [Paid({ amount: 2 }), Paid({ amount: 3 })])
    await daybook.project(sums, { follow: false })
    for (let round = 0; round < 3; round++) await daybook.rebuild(sums)
    await daybook.rollBack(sums)
    expect(await rowsOf(await daybook.project(sums, { follow: false }))).toMatchObject({ 1: { sum: 5 } })
  })

  test('the reader reads and follows, and may not append', async () => {
    await administrator.log('main').append(anAppend(7))
    await using store = await openRedis(urlOf('daybook-reader'))
    const log = store.log('main')
    await everythingRead(log)
    const head = await log.head()
    const refused = { code: 'access-refused', details: { engine: 'redis', problem: 'rights' } }
    await expect(log.append(anAppend(2))).rejects.toMatchObject(refused)
    await expect(log.checkpoints.move('p', 0, 1)).rejects.toMatchObject(refused)
    expect(await log.head()).toBe(head)
  })

  describe.each(['daybook-writer', 'daybook-reader'])('%s', (user) => {
    test('may rewrite, empty and take away nothing', async () => {
      await administrator.log('main').append(anAppend(8))
      const client = await createClient({ url: urlOf(user) }).connect()
      for (const command of REWRITING) {
        await expect(client.sendCommand(command.split(' ')), command).rejects.toThrow(/NOPERM/)
      }
      client.destroy()
    })
  })

  test('who lacks a right to write a part of an append writes nothing of it', async () => {
    const log = administrator.log('main')
    await log.append(anAppend(20))
    const before = await log.read().toArray()
    for (const right of ['xadd', 'zadd', 'hset']) {
      const lacking = COMMANDS[0]?.replace('daybook-writer', `no-${right}`).replace(` +${right}`, '') ?? ''
      await onServer(server, splitAcl(lacking))
      await using store = await openRedis(urlOf(`no-${right}`))
      await expect(store.log('main').append(anAppend(21))).rejects.toThrow(/NOPERM/)
      await expect(store.log('main').import([{ type: 'T', data: {}, stream: 'a-1' }])).rejects.toThrow(/NOPERM/)
    }
    expect(await log.read().toArray()).toEqual(before)
    await log.append(anAppend(22))
    expect(await log.head()).toBe(before.length + 1)
    expect(await log.read({ tags: ['vip'], category: 'account' }).toArray()).toHaveLength(
      before.filter(({ tags }) => tags.includes('vip')).length + 1,
    )
  })
})

/** The selectors in parentheses are one word each. */
function splitAcl(command: string): string[] {
  return command.match(/\([^)]*\)|\S+/g) ?? []
}
