import { Random } from 'daybook/testing'
import { createClient } from 'redis'
import { test } from 'vitest'
import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { startRedis } from '../support/redis-server.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'
import { withstand } from './withstand.ts'

const DURABLE = { requireDurable: true }

describeOnOwnRedis(`a Redis under load (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  test('that is killed has every acknowledged event after its restart, and the same store goes on', async () => {
    await using server = await startRedis()
    const random = new Random(SEED)
    await withstand(
      () => openRedis(server.url, DURABLE),
      async (progress) => {
        for (let round = 1; round <= 4; round++) {
          await progress(random.integer(200, 1_000))
          await server.stop('kill')
          await server.start()
          await progress(1)
        }
      },
    )
  })

  test('that is stopped politely has every acknowledged event, too', async () => {
    await using server = await startRedis()
    await withstand(
      () => openRedis(server.url, DURABLE),
      async (progress) => {
        await progress(300)
        await server.stop('polite')
        await server.start()
        await progress(300)
      },
    )
  })

  test('that cuts its connections loses nothing, doubles nothing, and gets new ones', async () => {
    await using server = await startRedis()
    const killer = await createClient({ url: server.url }).connect()
    const random = new Random(SEED)
    await withstand(
      () => openRedis(server.url, DURABLE),
      async (progress) => {
        for (let round = 1; round <= 20; round++) {
          await progress(random.integer(1, 120))
          await killer.sendCommand(['CLIENT', 'KILL', 'SKIPME', 'yes', 'TYPE', 'normal'])
        }
        await progress(100)
      },
    )
    killer.destroy()
  })

  test('that hangs for a while is waited for', async () => {
    await using server = await startRedis()
    await withstand(
      () => openRedis(server.url, DURABLE),
      async (progress) => {
        await progress(100)
        server.pause()
        await new Promise((go) => setTimeout(go, 500))
        server.resume()
        await progress(100)
      },
    )
  })
})
