import type { Command } from 'commander'
import type { Quarantine } from '../../projections/index.ts'
import type { QuarantinedKey } from '../../store/index.ts'
import { type Session, withDaybook } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { findProjection, findProjections } from './configured.ts'

type Listed = QuarantinedKey & { readonly projection: string }

export function registerQuarantine(projections: Command, terminal: Terminal): void {
  const quarantine = projections
    .command('quarantine')
    .description('keys whose events wait, since one of them could not be applied')
  quarantine
    .command('list')
    .description('which keys wait, since when, and why')
    .argument('[name]', 'the projection; all when absent')
    .action((name: string | undefined, _options: unknown, command: Command) =>
      withDaybook(command, async (session) => {
        const listed = await list(session, name)
        terminal.print(session.json ? JSON.stringify(listed) : toText(listed))
      }),
    )
  registerRelease(quarantine, terminal, {
    name: 'retry',
    description: 'apply the events of a key that wait, in order',
    act: (held, key) => held.retry(key),
  })
  registerRelease(quarantine, terminal, {
    name: 'skip',
    description: 'the same without the first that waits, which is never applied to the key',
    act: (held, key) => held.skip(key),
  })
}

async function list({ daybook, config }: Session, name: string | undefined): Promise<readonly Listed[]> {
  const found = name === undefined ? findProjections(config, daybook) : [findProjection(config, daybook, name)]
  const lists = found.map(async ({ definition, where }) => {
    // Where nothing was ever kept there is nothing that waits; to look must not begin it.
    const isKept = (await daybook.generations(definition, where)).some(({ state }) => state === 'live')
    const held = isKept ? await (await daybook.quarantine(definition, where)).list() : []
    return held.map((each) => ({ projection: definition.name, ...each }))
  })
  return (await Promise.all(lists)).flat()
}

/** A key stays when the program that could not apply its event is replaced by one that can. */
const WHAT_TO_DO =
  'When the cause is gone: daybook projections quarantine retry NAME KEY, or skip, without its first event.'

function toText(listed: readonly Listed[]): string {
  if (listed.length === 0) return 'No key waits.'
  const lines = listed.map(
    ({ projection, key, position, waiting, since, error }) =>
      `${projection} ${JSON.stringify(key)}: ${waiting} events wait since ${since.toISOString()}, ` +
      `from position ${position} on\n  ${error}`,
  )
  return [...lines, WHAT_TO_DO].join('\n')
}

interface Release {
  readonly name: string
  readonly description: string
  act(quarantine: Quarantine, key: string): Promise<void>
}

function registerRelease(quarantine: Command, terminal: Terminal, { name, description, act }: Release): void {
  quarantine
    .command(name)
    .description(description)
    .argument('<name>', 'the projection')
    .argument('<key>', 'the key')
    .action((projection: string, key: string, _options: unknown, command: Command) =>
      withDaybook(command, async ({ daybook, config, json }) => {
        const { definition, where } = findProjection(config, daybook, projection)
        await act(await daybook.quarantine(definition, where), key)
        terminal.print(
          json ? JSON.stringify({ projection, key }) : `${projection} ${JSON.stringify(key)}: its events are applied.`,
        )
      }),
    )
}
