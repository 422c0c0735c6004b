/**
 * Sees to it that a server of our own leaves nothing behind. A guard process holds a pipe from us. When the pipe closes,
 * because the guard was released or because this process died in whatever way, even by kill -9, the guard ends the
 * server and removes its folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** `endServer` is a shell script; `$1` in it is the folder, which is removed after it. */
export function startGuard(endServer: string, folder: string): ChildProcess {
  const script = `cat >/dev/null\n${endServer}\nrm -rf "$1"`
  const guard = spawn('sh', ['-c', script, 'guard', folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  guard.unref()
  return guard
}

/** Resolves when the guard has done its work. */
export async function releaseGuard(guard: ChildProcess): Promise<void> {
  if (!isRunning(guard)) return
  guard.ref()
  const exit = once(guard, 'exit')
  guard.stdin?.end()
  await exit
}

export function isRunning(process: ChildProcess): boolean {
  return process.exitCode === null && process.signalCode === null
}
