/**
 * Another process at the same store: node --import tsx test/faults/worker.ts TASK URL LOG SEED. It says `ready` when
 * the store is open, waits for `go`, tells its parent what came of it, and ends a load when it hears `stop`.
 */
import { once } from 'node:events'
import { type Attempt, Random, writeAtRandom } from 'daybook/testing'
import { isDaybookError } from '../../src/errors/index.ts'
import type { EventStore } from '../../src/store/index.ts'
import { openNats } from '../../src/stores/nats/index.ts'
import { openPglite, openPostgres } from '../../src/stores/postgres/index.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import type { CommandResults } from './command-worker.ts'
import { runLoad } from './load.ts'

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'acknowledged'; readonly eventIds: readonly string[] }
  | { readonly kind: 'history'; readonly attempts: readonly Attempt[] }
  | CommandResults

export type Task = 'history' | 'load'

const WRITERS = 6
const APPENDS_PER_WRITER = 40

/** Resolves when the parent's end of the pipe has it. */
function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()))
}

async function openStore(url: string): Promise<EventStore | undefined> {
  try {
    if (/^rediss?:/.test(url)) return await openRedis(url)
    if (/^(nats|tls):/.test(url)) return await openNats(url)
    return url.startsWith('file:') ? await openPglite(url) : await openPostgres(url)
  } catch (error) {
    if (!isDaybookError(error)) throw error
    await tell({ kind: 'refused', code: error.code })
    return undefined
  }
}

async function work(task: Task, store: EventStore, logName: string, seed: number): Promise<void> {
  const log = store.log(logName)
  const random = new Random(seed)
  if (task === 'history') {
    const attempts = await writeAtRandom(log, { random, writers: WRITERS, appendsPerWriter: APPENDS_PER_WRITER })
    await tell({ kind: 'history', attempts })
    return
  }
  const stop = new AbortController()
  process.once('message', () => stop.abort())
  const onAcknowledged = (eventIds: readonly string[]) => void tell({ kind: 'acknowledged', eventIds })
  await runLoad(log, { random, writers: WRITERS, signal: stop.signal, onAcknowledged })
}

const [task, url, logName, seed] = process.argv.slice(2) as [Task, string, string, string]
const store = await openStore(url)
if (store !== undefined) {
  await tell({ kind: 'ready' })
  await once(process, 'message')
  await work(task, store, logName, Number(seed))
  await store.close()
}
process.disconnect?.()
