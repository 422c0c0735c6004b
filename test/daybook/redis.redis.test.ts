import { open } from 'daybook'
import { describeWithin } from '../commands/within-on-any-engine.ts'
import { describeOnRedis, useRedis } from '../support/redis.ts'
import { describeFormerEvents } from './former-events.ts'
import { describeDaybook } from './on-any-engine.ts'

describeOnRedis('on Redis', () => {
  const redis = useRedis()
  describeDaybook((options) => open(redis.url, options))
  describeWithin((options) => open(redis.url, options))
  describeFormerEvents((options) => open(redis.url, options))
})
