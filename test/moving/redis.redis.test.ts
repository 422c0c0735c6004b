import { compareLogs, copyLog } from 'daybook'
import { Random, writeAtRandom } from 'daybook/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMemory } from '../../src/store/index.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { SEED } from '../faults/seed.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeOnOwnRedis, describeOnRedis, useRedis } from '../support/redis.ts'
import { onServer } from '../support/redis-cluster.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { describeMoving, fill } from './describe-moving.ts'

describeOnOwnRedis('on Redis', () => {
  let server: RedisServer
  let databases = 0
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.close())

  describeMoving('moving between two databases of a server', () => openRedis(`${server.url}/${++databases}`))
})

describeOnRedis('Redis among others', () => {
  const redis = useRedis()

  describeOnPostgres(`round the engines (DAYBOOK_SEED=${SEED})`, () => {
    const database = useTestDatabase()

    test('a log comes back from memory, Redis and PostgreSQL as it was', async () => {
      await using origin = openMemory()
      await writeAtRandom(origin.log('main'), { random: new Random(SEED), writers: 6, appendsPerWriter: 60 })
      await using first = await openRedis(redis.url)
      await using second = await openPostgres(database.url)
      await using third = await openRedis(redis.url)
      await using last = openMemory()
      const logs = [
        origin.log('main'),
        first.log('first round'),
        second.log('main'),
        third.log('second round'),
        last.log('main'),
      ]
      for (const [place, log] of logs.slice(1).entries()) {
        const from = logs[place]
        if (from !== undefined) await copyLog(from, log)
      }
      const [from, to] = [origin.log('main'), last.log('main')]
      expect(await compareLogs(from, to)).toMatchObject({ same: true, events: await from.head() })
      expect(await to.read().toArray()).toEqual(await from.read().toArray())
    })
  })
})

describeOnOwnRedis('a copy that follows', () => {
  test('outlives its connections, at both ends', async () => {
    await using server = await startRedis()
    await using from = await openRedis(`${server.url}/1`)
    await using to = await openRedis(`${server.url}/2`)
    await fill(from.log('main'), 20)
    const ending = new AbortController()
    let cut: Promise<unknown> | undefined
    const copying = copyLog(from.log('main'), to.log('main'), {
      follow: true,
      signal: ending.signal,
      onProgress: ({ copied }) => {
        cut ??= onServer(server, ['CLIENT', 'KILL', 'SKIPME', 'yes', 'TYPE', 'normal'])
        if (copied === 60) ending.abort()
      },
    })
    await fill(from.log('main'), 20, 21)
    await cut
    await fill(from.log('main'), 20, 41)
    expect(await copying).toBe(60)
    expect(await compareLogs(from.log('main'), to.log('main'))).toMatchObject({ same: true, events: 60 })
  })
})
