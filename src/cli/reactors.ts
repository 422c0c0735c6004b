import type { Command } from 'commander'
import type { Daybook } from '../daybook-interface.ts'
import type { DeadLetter, ReactorReport } from '../reacting/index.ts'
import { withDaybook } from './session.ts'
import { toColumns } from './table.ts'
import type { Terminal } from './terminal.ts'
import { UsageProblem } from './usage.ts'

export function registerReactors(program: Command, terminal: Terminal): void {
  const reactors = program
    .command('reactors')
    .description('look after reactors: what they have come to, and what they could not cause')
  reactors
    .command('list')
    .description('every reactor that has run on the log, and what it has come to')
    .addHelpText('after', '\nThe exit code is 1 when one has failed, or has dead letters.')
    .action((_options: unknown, command: Command) =>
      withDaybook(command, async ({ daybook, json }) => {
        const reports = await daybook.reactors()
        terminal.print(json ? JSON.stringify(reports) : toTable(reports))
        if (reports.some(({ state, deadLetters }) => state === 'failed' || deadLetters > 0)) process.exitCode = 1
      }),
    )
  registerDeadLetters(reactors, terminal)
}

type Listed = DeadLetter & { readonly reactor: string }

function registerDeadLetters(reactors: Command, terminal: Terminal): void {
  const deadLetters = reactors.command('dead-letters').description('effects that failed as often as they may')
  deadLetters
    .command('list')
    .description('which effects, of which events, and why they failed')
    .argument('[name]', 'the reactor; all when absent')
    .action((name: string | undefined, _options: unknown, command: Command) =>
      withDaybook(command, async ({ daybook, json }) => {
        const listed = await list(daybook, name)
        terminal.print(json ? JSON.stringify(listed) : toText(listed))
      }),
    )
  deadLetters
    .command('drop')
    .description('forget one: the effect is never caused')
    .argument('<name>', 'the reactor')
    .argument('<key>', 'the effect’s key')
    .addHelpText('after', '\nTo try it again takes the application’s handlers: deadLetters.retry(key) there.')
    .action((name: string, key: string, _options: unknown, command: Command) =>
      withDaybook(command, async ({ daybook, json }) => {
        await daybook.deadLetters(await findName(daybook, name)).drop(key)
        terminal.print(json ? JSON.stringify({ reactor: name, key }) : `${key}: dropped.`)
      }),
    )
}

async function list(daybook: Daybook, name: string | undefined): Promise<readonly Listed[]> {
  const names =
    name === undefined ? (await daybook.reactors()).map((each) => each.name) : [await findName(daybook, name)]
  const lists = names.map(async (reactor) => {
    const letters = await daybook.deadLetters(reactor).list()
    return letters.map((letter) => ({ reactor, ...letter }))
  })
  return (await Promise.all(lists)).flat()
}

/** @throws UsageProblem for a name that none has */
async function findName(daybook: Daybook, name: string): Promise<string> {
  const known = (await daybook.reactors()).map((each) => each.name)
  if (known.includes(name)) return name
  const there = known.length === 0 ? 'None has.' : `These have: ${known.join(', ')}`
  throw new UsageProblem(`No reactor ${name} has run on the log ${daybook.name}. ${there}`)
}

function toTable(reports: readonly ReactorReport[]): string {
  if (reports.length === 0) return 'No reactor has run on this log.'
  const rows = reports.map(({ name, state, checkpoint, head, lag, deadLetters, lastError }) =>
    [name, state, checkpoint, head, lag.events, deadLetters, lastError?.message ?? ''].map(String),
  )
  return toColumns([['reactor', 'state', 'checkpoint', 'head', 'lag', 'dead letters', 'last error'], ...rows])
}

function toText(listed: readonly Listed[]): string {
  if (listed.length === 0) return 'There are no dead letters.'
  return listed
    .map(({ reactor, key, effect, position, attempts, error, at }) => {
      const what = effect ?? 'the reaction'
      const times = attempts === 1 ? 'once' : `${attempts} times`
      return `${key}\n  ${reactor}: ${what}, of the event at position ${position}, tried ${times}, last at ${at.toISOString()}\n  ${error}`
    })
    .join('\n')
}
