import { open } from 'daybook'
import { describeOnRedis, useRedis } from '../support/redis.ts'
import { describeReactors } from './reactors-on-any-engine.ts'
import { describeSharedReactors } from './shared-reactors.ts'

describeOnRedis('on Redis', () => {
  const redis = useRedis()
  describeReactors((options) => open(redis.url, options))
  describeSharedReactors((options) => open(redis.url, options))
})
