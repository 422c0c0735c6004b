/** `npm start`: a bank that runs on an event store. What it can be asked for: `npm start -- --help`. */
import { constants } from 'node:os'
import { isDaybookError } from 'daybook'
import { FileProblem } from '../shared/csv.ts'
import { HELP, readOptions, UsageProblem } from './options.ts'
import { run } from './run.ts'
import { BookingProblem } from './teller.ts'

/** What shells report for a program that a signal ended. */
const INTERRUPTED = 128 + constants.signals.SIGINT
/** npm and tsx pass on the Ctrl-C that the terminal has sent to this process as well: within this, they are one. */
const ONE_PRESS_MS = 500

process.exitCode = await main(process.argv.slice(2), listenForInterruption())

/** The first Ctrl-C stops the run when what is under way is booked; a second ends it at once, which harms no book either. */
function listenForInterruption(): AbortSignal {
  const interruption = new AbortController()
  let firstAt: number | undefined
  process.on('SIGINT', () => {
    firstAt ??= performance.now()
    if (performance.now() - firstAt > ONE_PRESS_MS) process.exit(INTERRUPTED)
    interruption.abort()
  })
  return interruption.signal
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    const options = readOptions(args)
    if (options.help) console.log(HELP)
    else await run(options, { print: console.log, signal })
    return 0
  } catch (error) {
    return explain(error, signal)
  }
}

/** Says what went wrong, and gives the exit code. */
function explain(error: unknown, signal: AbortSignal): number {
  if (signal.aborted && error === signal.reason) {
    console.error('\nStopped. All that was booked is in the book. To go on, give the same command again.')
    return INTERRUPTED
  }
  if (error instanceof UsageProblem) {
    console.error(`${error.message}\nSee npm start -- --help.`)
    return 2
  }
  const isOfInput = error instanceof FileProblem || error instanceof BookingProblem
  if (!isOfInput && !isDaybookError(error)) throw error
  console.error(error.message)
  if (isOfInput) console.error('What comes before it is booked. Correct it, and give the same command again.')
  return 1
}
