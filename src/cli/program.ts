/** The command `daybook`: its options and its commands, each in a file of its own. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { isDaybookError } from '../errors/index.ts'
import { registerCopy } from './copy.ts'
import { registerExport } from './export.ts'
import { registerImport } from './import.ts'
import { registerProjections } from './projections/index.ts'
import { registerReactors } from './reactors.ts'
import { registerSchema } from './schema.ts'
import { INTERRUPTED, Interruption, type Terminal } from './terminal.ts'
import { FileProblem, UsageProblem } from './usage.ts'

type Register = (program: Command, terminal: Terminal) => void

/** In the order in which the help lists them. */
const COMMANDS: readonly Register[] = [
  registerCopy,
  registerExport,
  registerImport,
  registerProjections,
  registerReactors,
  registerSchema,
]

const FAILED = 1
const MISUSED = 2

/** Runs the command line, and gives the exit code: 0, 1 for a failure, 2 for a wrong command line, 130 for Ctrl-C. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = toProgram(terminal)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return explain(error, terminal)
  }
}

export function toProgram(terminal: Terminal): Command {
  const program = new Command('daybook')
    .description('Looks after an event-sourced application.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('-c, --config <file>', 'the configuration; daybook.config.ts, .mts, .js or .mjs of this folder when absent')
    .option('-u, --url <url>', 'the store; DAYBOOK_URL, or the configuration’s, when absent')
    .option('-l, --log <name>', 'the log; main when absent')
    .option('--json', 'print results as JSON')
    .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) })
    .showHelpAfterError('See daybook --help.')
    .exitOverride()
  for (const register of COMMANDS) register(program, terminal)
  return program
}

/** Says what went wrong. What nobody could name is shown whole: it is a defect. */
function explain(error: unknown, terminal: Terminal): number {
  // Commander has said it already; help and version end that way too, with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED
  if (error instanceof UsageProblem) {
    terminal.say(`${error.message}\nSee daybook --help.`)
    return MISUSED
  }
  if (terminal.signal.aborted) {
    terminal.say((error instanceof Interruption ? error : new Interruption()).message)
    return INTERRUPTED
  }
  if (error instanceof FileProblem) terminal.say(error.message)
  else if (isDaybookError(error)) terminal.say(`${error.message}\n(${error.code})`)
  else throw error
  return FAILED
}

function readVersion(): string {
  // Beside src/ as beside dist/.
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
