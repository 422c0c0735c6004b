/** A log goes through every engine, one after the other, and comes back as it was. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CopyProgress, compareLogs, copyLog, type Daybook, open } from 'daybook'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { useNats } from '../support/nats.ts'
import { useTestDatabase } from '../support/postgres.ts'
import { useRedis } from '../support/redis.ts'
import { fill } from './describe-moving.ts'

const isComplete = inject('postgres') !== null && inject('redis') !== null && inject('nats') !== null

describe.skipIf(!isComplete)('a log that is copied through all engines', () => {
  const database = useTestDatabase()
  const redis = useRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } })
  const nats = useNats()
  const daybooks: Daybook[] = []
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-circle-'))
    const urls = ['memory:', database.url, redis.url, nats.url, `file:${join(folder, 'store')}`, 'memory:']
    for (const url of urls) daybooks.push(await open(url))
  })
  afterAll(async () => {
    for (const daybook of daybooks) await daybook.close()
    await rm(folder, { recursive: true })
  })

  test('is at each of them, and at the end, what it was at the beginning', async () => {
    const [origin] = daybooks
    if (origin === undefined) throw new Error('Daybooks are open.')
    await fill(origin.store.log('main'), 700)
    for (const [place, to] of daybooks.entries()) {
      const from = daybooks[place - 1]
      if (from === undefined) continue
      let last: CopyProgress | undefined
      const onProgress = (progress: CopyProgress) => {
        last = progress
      }
      expect(await copyLog(from, to, { onProgress })).toBe(700)
      // Also from where positions have gaps.
      expect(last).toEqual({ copied: 700, total: 700 })
      expect(await compareLogs(origin, to)).toMatchObject({ same: true, events: 700 })
    }
    // And on, after each has got something of its own to bring.
    await fill(origin.store.log('main'), 20, 701)
    for (const [place, to] of daybooks.entries()) {
      const from = daybooks[place - 1]
      if (from !== undefined) expect(await copyLog(from, to)).toBe(20)
    }
    expect(await compareLogs(origin, daybooks.at(-1) ?? origin)).toMatchObject({ same: true, events: 720 })
  })
})
