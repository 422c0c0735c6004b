import { afterAll, beforeAll } from 'vitest'
import { type RedisTargets, redisTargets } from '../../../src/targets/redis/index.ts'
import { describeOnRedis, useRedis } from '../../support/redis.ts'
import { describeTargets } from '../describe-targets.ts'

describeOnRedis('on Redis', () => {
  const redis = useRedis()
  let targets: RedisTargets
  beforeAll(() => {
    targets = redisTargets({ url: redis.url })
  })
  afterAll(() => targets.close())

  describeTargets(() => targets)
})
