import { open } from 'daybook'
import { type RedisTargets, redisTargets } from 'daybook/redis'
import { afterAll, beforeAll } from 'vitest'
import { describeOnRedis, useRedis } from '../support/redis.ts'
import { describeRebuild } from './describe-rebuild.ts'

describeOnRedis('in Redis', () => {
  const redis = useRedis()
  let targets: RedisTargets
  beforeAll(() => {
    targets = redisTargets({ url: redis.url })
  })
  afterAll(() => targets.close())

  describeRebuild((options) => open('memory:', { ...options, instruments: { targets: () => targets } }))
})
