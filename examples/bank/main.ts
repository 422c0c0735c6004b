/** `npm start`: a bank that runs on an event store. What it can be asked for: `npm start -- --help`. */
import { constants } from 'node:os'
import { isDaybookError } from 'daybook'
import { FileProblem } from './csv.ts'
import { HELP, readOptions, UsageProblem } from './options.ts'
import { run } from './run.ts'
import { BookingProblem } from './teller.ts'

/** What shells report for a program that a signal ended. */
const INTERRUPTED = 128 + constants.signals.SIGINT

const interruption = new AbortController()
// Once: a second Ctrl-C ends the program at once, which does the book no harm either.
process.once('SIGINT', () => interruption.abort())
process.exitCode = await main(process.argv.slice(2), interruption.signal)

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    const options = readOptions(args)
    if (options.help) console.log(HELP)
    else await run(options, { print: console.log, signal })
    return 0
  } catch (error) {
    return toExitCode(error, signal)
  }
}

function toExitCode(error: unknown, signal: AbortSignal): number {
  if (error === signal.reason) {
    console.error('\nStopped. All that was booked is in the book. To go on, give the same command again.')
    return INTERRUPTED
  }
  if (error instanceof UsageProblem) {
    console.error(`${error.message}\nSee npm start -- --help.`)
    return 2
  }
  const isExpected = error instanceof FileProblem || error instanceof BookingProblem || isDaybookError(error)
  if (!isExpected) throw error
  console.error(error.message)
  if (!isDaybookError(error))
    console.error('What comes before it is booked. Correct it, and give the same command again.')
  return 1
}
