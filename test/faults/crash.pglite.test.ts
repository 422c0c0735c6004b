import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from 'daybook/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPglite } from '../../src/stores/postgres/index.ts'
import { assertRecovered } from './load.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'
import { Worker } from './start-worker.ts'

describe(`a process at an embedded store (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  let folder: string
  let url: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-crash-'))
    url = `file:${join(folder, 'store')}`
  })
  afterEach(() => rm(folder, { recursive: true }))

  function startWorker(seed = SEED): Worker {
    return new Worker({ task: 'load', url, log: 'main', seed })
  }

  test('killed in the middle of its work leaves every acknowledged event, whole appends, and no lock', async () => {
    const random = new Random(SEED)
    const acknowledged: string[] = []
    for (const round of [1, 2]) {
      const worker = startWorker(SEED + round)
      await worker.untilReady()
      worker.go()
      const enough = random.integer(100, 1_500)
      await worker.until(() => worker.acknowledged.length > enough)
      await worker.kill()
      acknowledged.push(...worker.acknowledged)
      const store = await openPglite(url)
      assertRecovered(await store.log('main').read().toArray(), acknowledged)
      await store.close()
    }
  })

  test('keeps others out for as long as it lives', async () => {
    const first = startWorker()
    await first.untilReady()
    const second = startWorker()
    await second.until((messages) => messages.length > 0)
    expect(second.messages).toEqual([{ kind: 'refused', code: 'store-locked' }])
    await second.ended()
    await expect(openPglite(url)).rejects.toMatchObject({ code: 'store-locked' })
    await first.kill()
    const store = await openPglite(url)
    await expect(openPglite(url)).rejects.toMatchObject({ code: 'store-locked' })
    await store.close()
  })
})
