import { randomUUID } from 'node:crypto'
import { open } from 'daybook'
import { redisTargets } from 'daybook/redis'
import { afterAll } from 'vitest'
import { describeQuarantine } from '../projections/quarantine-on-any-engine.ts'
import { describeOnRedis, useRedis } from '../support/redis.ts'
import { describeRebuild } from './describe-rebuild.ts'
import { describeSwap } from './describe-swap.ts'

describeOnRedis('in Redis', () => {
  const redis = useRedis()
  const opened: { close(): Promise<void> }[] = []
  afterAll(async () => {
    for (const targets of opened) await targets.close()
  })

  const openDaybook: Parameters<typeof describeRebuild>[0] = (options) => {
    const targets = redisTargets({ url: redis.url, prefix: randomUUID() })
    opened.push(targets)
    return open('memory:', { ...options, instruments: { targets: () => targets } })
  }
  describeRebuild(openDaybook)
  describeSwap({ openDaybook, events: 2_000, waitsForSwap: true })
  describeQuarantine(openDaybook)
})
