import { spawnSync } from 'node:child_process'

/** Runs a program to its end, its output being ours. A failure ends this script with the same code. */
export function run(program: string, args: readonly string[], cwd?: string): void {
  console.log(`$ ${[program, ...args].join(' ')}`)
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...(cwd === undefined ? {} : { cwd }) })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}
