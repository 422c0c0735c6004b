/** The file that the shapes of events are locked in, beside the configuration. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { SchemaLock } from '../schema/index.ts'
import type { LoadedConfig } from './load-config.ts'
import { UsageProblem } from './usage.ts'

const DEFAULT_NAME = 'daybook.schema.json'

/** Where it is: as the command line says, or beside the configuration. */
export function lockFile({ file }: LoadedConfig, named: string | undefined): string {
  if (named !== undefined) return resolve(named)
  return resolve(file === undefined ? '.' : dirname(file), DEFAULT_NAME)
}

/** Undefined when there is none. @throws UsageProblem for a file that is no lock */
export function readLock(path: string): SchemaLock | undefined {
  if (!existsSync(path)) return undefined
  const lock = parse(path)
  if (lock?.format === 1 && typeof lock.events === 'object') return lock as SchemaLock
  throw new UsageProblem(
    `${path} is no lock of event shapes that this daybook knows. Write it with: daybook schema lock`,
  )
}

export function writeLock(path: string, lock: SchemaLock): void {
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
}

function parse(path: string): Partial<SchemaLock> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new UsageProblem(`${path} is not JSON. Restore it, or write it anew with: daybook schema lock --force`, {
      cause,
    })
  }
}
