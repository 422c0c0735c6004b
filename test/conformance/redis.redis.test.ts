import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnRedis, useRedis } from '../support/redis.ts'
import { runConformance } from './run-suite.ts'

describeOnRedis('conformance', () => {
  const redis = useRedis()
  runConformance('Redis', () => openRedis(redis.url))
})
