/**
 * Another process: `child.ts write URL LOG SEED` appends until it is told to stop, and `child.ts rebuild URL LOG NAME
 * WORKERS` rebuilds a read model, in threads, and tells how far it is; `child.ts tables URL LOG NAME` the tables of an
 * SQL projection.
 */
import { open } from 'daybook'
import { Random } from 'daybook/testing'
import { levelsOf } from './levels.ts'
import { readModels, stockHistory } from './stock.ts'

export type ChildMessage =
  | { readonly kind: 'progress'; readonly phase: string; readonly done: number }
  | { readonly kind: 'rebuilt'; readonly resumed: boolean; readonly isEqual: boolean | undefined }

const STOCK = new URL('./stock.ts', import.meta.url)

function tell(message: ChildMessage): void {
  process.send?.(message)
}

async function write(url: string, log: string, seed: number): Promise<void> {
  const daybook = await open(url, { log })
  const random = new Random(seed)
  let isStopped = false
  process.once('message', () => {
    isStopped = true
  })
  while (!isStopped) {
    for (const { stream, ...event } of stockHistory({ random, events: 5, products: 300, warehouses: 40 })) {
      await daybook.append(stream, event)
    }
  }
  await daybook.close()
}

async function rebuild(url: string, log: string, name: string, workers: number): Promise<void> {
  const readModel = readModels.find((each) => each.name === name)
  if (readModel === undefined) throw new Error(`There is no read model ${name}.`)
  const daybook = await open(url, { log })
  const { resumed, comparison } = await daybook.rebuild(readModel, {
    workers,
    definition: { module: STOCK, export: exportOf(name) },
    onProgress: ({ phase, done }) => tell({ kind: 'progress', phase, done }),
  })
  tell({ kind: 'rebuilt', resumed, isEqual: comparison?.isEqual })
  await daybook.close()
}

async function rebuildTables(url: string, log: string, name: string): Promise<void> {
  const daybook = await open(url, { log })
  const { resumed, comparison } = await daybook.rebuild(levelsOf(name), {
    onProgress: ({ phase, done }) => tell({ kind: 'progress', phase, done }),
  })
  tell({ kind: 'rebuilt', resumed, isEqual: comparison?.isEqual })
  await daybook.close()
}

/** `by-product` is exported as `byProduct`. */
function exportOf(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

const [task = '', url = '', log = '', what = '', workers = '1'] = process.argv.slice(2)
if (task === 'write') await write(url, log, Number(what))
else if (task === 'tables') await rebuildTables(url, log, what)
else await rebuild(url, log, what, Number(workers))
process.disconnect?.()
