/**
 * Shares of a rebuild in threads: each opens the store by its URL, imports the read model, folds its share, and tells how
 * far it has come. Nothing that has been folded crosses from one thread to another.
 */
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { DaybookError, type DaybookErrorCode, type DaybookErrorDetails } from './errors/index.ts'
import { type DefinitionModule, type RebuildThreads, type Share, Unshared } from './projections/index.ts'
import type { AnyReadModel } from './readmodels/index.ts'
import type { Reopening } from './reopening.ts'

/** What the thread is told: all of it can be cloned. */
export interface ThreadTask extends Reopening {
  readonly log: string
  readonly readModel: string
  readonly fingerprint: string
  readonly hasTargets: boolean
  readonly generation: number
  readonly share: Share
  readonly maxQuarantinedKeys: number
  /** A URL. */
  readonly module: string
  readonly exportName: string
}

export type ThreadMessage =
  | { readonly kind: 'progress'; readonly position: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'unshared' }
  | { readonly kind: 'failed'; readonly failure: Failure }

export interface Failure {
  readonly message: string
  readonly stack: string | undefined
  /** Of a DaybookError. */
  readonly code?: DaybookErrorCode
  readonly details?: unknown
  readonly cause?: Failure
}

export interface ThreadsOptions extends Reopening {
  readonly log: string
  readonly readModel: AnyReadModel
  readonly definition: DefinitionModule
  /** Its rows are elsewhere than the engine keeps them. */
  readonly hasTargets: boolean
}

export function inThreads(options: ThreadsOptions): RebuildThreads {
  const { url, options: engine, log, readModel, definition, hasTargets } = options
  const { module, export: exportName = 'default' } = definition
  const task = {
    url,
    options: engine,
    log,
    readModel: readModel.name,
    fingerprint: readModel.fingerprint,
    hasTargets,
    module: toUrl(module),
    exportName,
  }
  return (generation, maxQuarantinedKeys) => (share, onProgress, signal) =>
    runInThread({ ...task, generation, maxQuarantinedKeys, share }, onProgress, signal)
}

function toUrl(module: string | URL): string {
  return module instanceof URL || /^[a-z]+:/.test(module) ? String(module) : pathToFileURL(module).href
}

/** Room for the pages that are under way, whose events else grow old; left to itself, each thread would take three times as much. */
const YOUNG_GENERATION_MB = 16

/** Beside this file. From its source a thread starts by way of tsx, which a thread does not take over from its parent. */
function toEntry(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./rebuild-thread.js', import.meta.url)
  const thread = new URL('./rebuild-thread.ts', import.meta.url).href
  const tsx = import.meta.resolve('tsx/esm/api')
  const start = `import { register } from '${tsx}'; register(); await import('${thread}')`
  return new URL(`data:text/javascript,${encodeURIComponent(start)}`)
}

async function runInThread(
  task: ThreadTask,
  onProgress: (position: number) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const thread = new Worker(toEntry(), {
    workerData: task,
    name: `daybook rebuild ${task.share.partition.index}`,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  const stop = () => thread.postMessage('stop')
  signal.addEventListener('abort', stop)
  try {
    await new Promise<void>((resolve, reject) => {
      thread.on('message', (message: ThreadMessage) => {
        if (message.kind === 'progress') onProgress(message.position)
        else if (message.kind === 'done') resolve()
        else reject(message.kind === 'unshared' ? new Unshared() : toError(message.failure))
      })
      thread.on('error', reject)
      thread.on('exit', () => reject(new Error('A thread of the rebuild ended without having said why.')))
    })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await thread.terminate()
  }
}

function toError({ message, stack, code, details, cause }: Failure): Error {
  const options = cause === undefined ? {} : { cause: toError(cause) }
  const error =
    code === undefined
      ? new Error(message, options)
      : // The thread's own error had these details with this code.
        new DaybookError(code, message, details as DaybookErrorDetails[DaybookErrorCode], options)
  if (stack !== undefined) error.stack = stack
  return error
}
