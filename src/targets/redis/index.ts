/** Read models in Redis: `daybook/redis`. */
export type { RedisTargets, RedisTargetsOptions } from './options.ts'
export { redisTargets, redisTargetsBeside } from './redis-targets.ts'
