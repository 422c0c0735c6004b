import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnRedis, useRedis } from '../support/redis.ts'
import { describeProcesses } from './processes.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'

describeOnRedis(`several processes (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  describeProcesses(useRedis(), openRedis)
})
