import { createClient } from 'redis'
import { describe, inject, test } from 'vitest'
import { useTestDatabase } from '../support/postgres.ts'
import { describeOnOwnRedis, useRedis } from '../support/redis.ts'
import { startRedis } from '../support/redis-server.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'
import { totals } from './target-moves.ts'
import { assertOutlivesServer, describeTargetFaults } from './targets.ts'

const PREFIX = `faults-${SEED}`

describe.skipIf(inject('postgres') === null || inject('redis') === null)('Redis targets', () => {
  const [database, redis] = [useTestDatabase(), useRedis()]

  describeTargetFaults(() => ({
    address: { kind: 'redis', url: redis.url, prefix: PREFIX },
    storeUrl: database.url,
    async rewind(log) {
      const client = await createClient({ url: redis.url }).connect()
      await client.hDel(`${PREFIX}:progress:{${log}|${totals.name}}:1`, 'position')
      client.destroy()
    },
  }))
})

describeOnOwnRedis(`Redis targets whose server is killed (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  test('are the fold of the log when it is back', async () => {
    await using server = await startRedis()
    const address = { kind: 'redis', url: server.url, prefix: PREFIX } as const
    const restart = async () => {
      await server.stop('kill')
      await server.start()
    }
    await assertOutlivesServer(address, { rounds: 4, restart })
  })
})
