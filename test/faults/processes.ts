import { assertExplains } from 'daybook/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventStore } from '../../src/store/index.ts'
import { Follower } from './follow.ts'
import { assertRecovered } from './load.ts'
import { SEED } from './seed.ts'
import { Worker } from './start-worker.ts'

const PROCESSES = [1, 2, 3, 4]

/** Declares the tests of several processes at one store; the url is read when they run. */
export function describeProcesses(
  database: { readonly url: string },
  open: (url: string) => Promise<EventStore>,
): void {
  let store: EventStore

  beforeAll(async () => {
    store = await open(database.url)
  })
  afterAll(() => store.close())

  async function startWorkers(task: 'history' | 'load', log: string): Promise<Worker[]> {
    const workers = PROCESSES.map((n) => new Worker({ task, url: database.url, log, seed: SEED + n }))
    await Promise.all(workers.map((worker) => worker.untilReady()))
    return workers
  }

  test('write one log at once, and it explains every answer that each of them got', async () => {
    const log = store.log('histories')
    const follower = new Follower(log)
    const workers = await startWorkers('history', log.name)
    for (const worker of workers) worker.go()
    await Promise.all(workers.map((worker) => worker.ended()))
    const attempts = workers.flatMap(({ messages }) =>
      messages.flatMap((message) => (message.kind === 'history' ? message.attempts : [])),
    )
    expect(attempts).toHaveLength(4 * 6 * 40)
    const events = await log.read().toArray()
    assertExplains(events, attempts, true)
    expect(await follower.reach(await log.head())).toEqual(events)
  })

  test('lose nothing but themselves when one is killed in the middle of its work', async () => {
    const log = store.log('killed')
    const follower = new Follower(log)
    const workers = await startWorkers('load', log.name)
    for (const worker of workers) worker.go()
    const [victim, ...others] = workers as [Worker, ...Worker[]]
    await Promise.all(workers.map((worker) => worker.until(() => worker.acknowledged.length > 300)))
    await victim.kill()
    const before = others.map((worker) => worker.acknowledged.length)
    await Promise.all(
      others.map((worker, n) => worker.until(() => worker.acknowledged.length > (before[n] ?? 0) + 300)),
    )
    for (const worker of others) worker.stop()
    await Promise.all(others.map((worker) => worker.ended()))
    const events = await log.read().toArray()
    assertRecovered(
      events,
      workers.flatMap((worker) => worker.acknowledged),
    )
    expect(await follower.reach(await log.head())).toEqual(events)
  })

  test('wake one another’s tails without a poll', async () => {
    const other = await open(database.url)
    const follower = new Follower(store.log('woken'), { pollIntervalMs: 600_000 })
    for (const version of [1, 2, 3]) {
      await other
        .log('woken')
        .append({ streams: [{ stream: 'account-1', events: [{ type: 'Opened', data: version }] }] })
      await expect.poll(() => follower.seen.length).toBe(version)
    }
    await follower.reach(3)
    await other.close()
  })
}
