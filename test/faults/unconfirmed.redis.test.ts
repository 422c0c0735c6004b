import { expect, test } from 'vitest'
import type { AppendRequest } from '../../src/store/index.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { startRedis } from '../support/redis-server.ts'
import { TIMEOUT_MS } from './seed.ts'

function anAppend(stream: string): AppendRequest {
  return { streams: [{ stream, events: [{ type: 'Opened', data: {} }] }] }
}

describeOnOwnRedis('a Redis that does not come back', { timeout: TIMEOUT_MS }, () => {
  test('leaves what was sent unconfirmed, what was not as lost, and the store as good as before', async () => {
    await using server = await startRedis()
    await using store = await openRedis(server.url)
    const log = store.log('main')
    await log.append(anAppend('account-1'))
    server.pause()
    const sent = log.append(anAppend('account-2'))
    // Two calls may be under way: the second is on the wire when the third is asked for.
    await new Promise((go) => setTimeout(go, 100))
    await server.stop('kill')
    const unsent = store.log('other').append(anAppend('account-3'))
    const outcomes = await Promise.allSettled([sent, unsent, log.head()])
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual([
      'append-unconfirmed',
      'connection-lost',
      'connection-lost',
    ])
    await server.start()
    expect(await log.head()).toBe(1)
    expect((await log.append(anAppend('account-2'))).position).toBe(2)
  })
})
