import { open } from 'daybook'
import { afterAll, beforeAll } from 'vitest'
import { describeOnOwnRedis } from '../support/redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { describeFormerEvents } from './former-events.ts'

describeOnOwnRedis('on Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.close())

  describeFormerEvents((options) => open(server.url, options))
})
