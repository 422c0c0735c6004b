/** `npm run example -- retail`: a shop's month. What it can be asked for: `npm run example -- retail --help`. */
import { isDaybookError } from 'daybook'
import { FileProblem } from '../shared/csv.ts'
import { HELP, readOptions, UsageProblem } from './options.ts'
import { run } from './run.ts'

const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
process.exitCode = await main(process.argv.slice(2), interruption.signal)

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    const options = readOptions(args)
    if (options.help) console.log(HELP)
    else await run(options, { print: console.log, signal })
    return 0
  } catch (error) {
    if (signal.aborted) {
      console.error('\nStopped. All that was booked is in the book. To go on, give the same command again.')
      return 130
    }
    if (error instanceof UsageProblem) {
      console.error(`${error.message}\nSee npm run example -- retail --help.`)
      return 2
    }
    if (!(error instanceof FileProblem) && !isDaybookError(error)) throw error
    console.error(error.message)
    return 1
  }
}
