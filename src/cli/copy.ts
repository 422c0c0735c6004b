import type { Command } from 'commander'
import type { Daybook } from '../daybook-interface.ts'
import { type Comparison, compareLogs, copyLog, estimateTotal } from '../moving/index.ts'
import { DEFAULT_LOG, open } from '../open.ts'
import { isSameLog } from './same-log.ts'
import { assertBegun, assertThere, closing, type GlobalOptions, showUrl } from './session.ts'
import { Interruption, type Terminal } from './terminal.ts'
import { UsageProblem } from './usage.ts'

interface CopyCommandOptions extends GlobalOptions {
  readonly follow?: boolean
  readonly toLog?: string
  readonly verify: boolean
}

export function registerCopy(program: Command, terminal: Terminal): void {
  program
    .command('copy')
    .description('copy a log into another store, and prove that both are the same')
    .argument('<from>', 'the URL of the store to copy from')
    .argument('<to>', 'the URL of the store to copy into; its log is empty, or holds the beginning of this one')
    .option('-f, --follow', 'go on with what is recorded later, until Ctrl-C')
    .option('--to-log <name>', 'the log to copy into; the same name when absent')
    .option('--no-verify', 'do not compare at the end')
    .addHelpText('after', '\nA copy that was stopped goes on where it stands: give the same command again.')
    .action(async (from: string, to: string, _options: unknown, command: Command) => {
      const options: CopyCommandOptions = command.optsWithGlobals()
      assertThere(from)
      assertTwoLogs(from, to, options)
      await closing(open(from, toLog(options.log)), async (source) => {
        if (options.log !== undefined) await assertBegun(source)
        await closing(open(to, toLog(options.toLog ?? options.log)), async (destination) => {
          const copied = await copy(source, destination, options, terminal)
          terminal.say(`${copied} events copied from ${showUrl(from)} to ${showUrl(to)}.`)
          if (!options.verify) return
          const comparison = await compare(source, destination, terminal)
          report(terminal, { copied, ...comparison }, options.json ?? false)
        })
      })
    })
}

/** What is copied onto itself would be found the same, and prove nothing. */
function assertTwoLogs(from: string, to: string, { log = DEFAULT_LOG, toLog = log }: CopyCommandOptions): void {
  if (!isSameLog({ url: from, log }, { url: to, log: toLog })) return
  throw new UsageProblem(
    `${showUrl(from)} and ${showUrl(to)} are one store, and the log ${log} would be copied onto itself. ` +
      'Name another store, or another log with --to-log.',
  )
}

function toLog(log: string | undefined) {
  return log === undefined ? {} : { log }
}

async function copy(
  source: Daybook,
  destination: Daybook,
  { follow = false }: CopyCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const bar = terminal.progress('events', await source.head())
  try {
    return await copyLog(source, destination, {
      follow,
      signal: terminal.signal,
      onProgress: ({ copied, total }) => {
        bar.setTotal(total)
        bar.update(copied)
      },
    })
  } finally {
    bar.stop()
  }
}

async function compare(source: Daybook, destination: Daybook, terminal: Terminal): Promise<Comparison> {
  // Ctrl-C has ended following, and is not meant for the comparison; a second one ends the process.
  const signal = terminal.signal.aborted ? {} : { signal: terminal.signal }
  const head = await source.head()
  const bar = terminal.progress('events compared', head)
  const onProgress = (compared: number, position: number) => {
    bar.setTotal(estimateTotal(compared, { from: 0, at: position, to: head }))
    bar.update(compared)
  }
  try {
    return await compareLogs(source, destination, { ...signal, onProgress })
  } catch (error) {
    if (!terminal.signal.aborted) throw error
    throw new Interruption(
      'Stopped before the comparison was done. All that was copied stays: give the same command again.',
    )
  } finally {
    bar.stop()
  }
}

function report(terminal: Terminal, result: Comparison & { readonly copied: number }, json: boolean): void {
  if (json) terminal.print(JSON.stringify(result))
  else terminal.print(toText(result))
  if (!result.same) process.exitCode = 1
}

function toText(result: Comparison): string {
  if (result.same) return `The logs are the same: ${result.events} events, SHA-256 ${result.digest}`
  const [one, other] = result.difference
  const where = `after ${result.events} events that are the same`
  if (one === undefined) return `The logs differ ${where}: the copy goes on with ${JSON.stringify(other)}`
  if (other === undefined) return `The logs differ ${where}: the copy lacks ${JSON.stringify(one)}`
  return `The logs differ ${where}, in ${result.field}:\n  from ${JSON.stringify(one)}\n  to   ${JSON.stringify(other)}`
}
