/** Runs the command `daybook` as a person does: as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
/** By path, because commands run in folders of their own. */
const TSX = import.meta.resolve('tsx')

export interface Ran {
  /** 0 is success; null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ran>
}

export function startCli(args: readonly string[], { cwd, input, env }: RunOptions = {}): Running {
  const { DAYBOOK_URL: _, ...inherited } = process.env
  const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd, env: { ...inherited, ...env } })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  child.stdin.end(input ?? '')
  return { process: child, ended: once(child, 'close').then(([code]) => ({ code, ...output })) }
}

export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return startCli(args, options).ended
}
