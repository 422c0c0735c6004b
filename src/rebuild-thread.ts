/** A thread that folds one share of a rebuild: see rebuild-threads.ts, which starts it and hears from it. */
import { parentPort, workerData } from 'node:worker_threads'
import { isDaybookError } from './errors/index.ts'
import { type FoundDefinition, findDefinition } from './find-definition.ts'
import { importModule } from './import-module.ts'
import { openStore, targetsOf } from './open.ts'
import { foldShare, Unshared } from './projections/index.ts'
import type { Failure, ThreadMessage, ThreadTask } from './rebuild-threads.ts'
import type { EventStore } from './store/index.ts'

/** One to read, one to write, and one to spare. */
const MAX_CONNECTIONS = 3

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

async function fold(task: ThreadTask, signal: AbortSignal): Promise<void> {
  const found = findDefinition((await importModule(task.module))[task.exportName], task)
  const store = await openStore(task.url, { ...task.options, maxConnections: MAX_CONNECTIONS })
  try {
    await foldIn(store, found, task, signal)
  } finally {
    await store.close()
  }
}

async function foldIn(store: EventStore, found: FoundDefinition, task: ThreadTask, signal: AbortSignal): Promise<void> {
  const targets = found.targets === undefined ? await targetsOf(store) : found.targets(store)
  const target = await targets.open(task.log, task.readModel)
  await foldShare({
    log: store.log(task.log),
    readModel: found.readModel,
    generation: await target.generation(task.generation),
    share: task.share,
    maxQuarantinedKeys: task.maxQuarantinedKeys,
    onProgress: (position) => tell({ kind: 'progress', position }),
    signal,
  })
}

function toFailure(error: unknown): Failure {
  const { message, stack, cause } = error instanceof Error ? error : new Error(String(error))
  return {
    message,
    stack,
    ...(isDaybookError(error) && { code: error.code, details: error.details }),
    ...(cause !== undefined && { cause: toFailure(cause) }),
  }
}

const stopping = new AbortController()
parentPort?.on('message', () => stopping.abort())
try {
  await fold(workerData as ThreadTask, stopping.signal)
  tell({ kind: 'done' })
} catch (error) {
  tell(error instanceof Unshared ? { kind: 'unshared' } : { kind: 'failed', failure: toFailure(error) })
}
parentPort?.close()
