/**
 * The two voices of the command line: what was asked for goes to the standard output, and can be piped on; what is said
 * to the person at the terminal (progress, remarks, errors) goes to the standard error.
 */
import { constants } from 'node:os'
import { type ProgressBar, showProgress } from './progress.ts'

export interface Terminal {
  /** A line of what was asked for. */
  print(text: string): void
  /** A line to the person. */
  say(text: string): void
  /** Progress towards `total`, in `unit`: a bar on a terminal, a line now and then elsewhere. */
  progress(unit: string, total: number): ProgressBar
  /** Aborted by Ctrl-C: finish what is under way, and stop. */
  readonly signal: AbortSignal
}

/** What shells report for a program that a signal ended. */
export const INTERRUPTED = 128 + constants.signals.SIGINT
/** npm and the like pass on the Ctrl-C that the terminal has sent to this process as well: within this, they are one. */
const ONE_PRESS_MS = 500

export function openTerminal(): Terminal {
  return {
    print: (text) => process.stdout.write(`${text}\n`),
    say: (text) => process.stderr.write(`${text}\n`),
    progress: (unit, total) => showProgress(unit, total, process.stderr),
    signal: listenForInterruption(),
  }
}

/** The first Ctrl-C asks to stop, a second ends the process at once. */
function listenForInterruption(): AbortSignal {
  const interruption = new AbortController()
  let firstAt: number | undefined
  const interrupt = () => {
    firstAt ??= performance.now()
    if (performance.now() - firstAt > ONE_PRESS_MS) process.exit(INTERRUPTED)
    interruption.abort(new Interruption())
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  // A reader that has seen enough, such as `head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return interruption.signal
}

/** The person pressed Ctrl-C. A command that knows how to go on says so in an interruption of its own. */
export class Interruption extends Error {
  override readonly name = 'Interruption'

  constructor(message = 'Stopped. To go on, give the same command again.') {
    super(message)
  }
}
