import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { withProjection } from './configured.ts'

export function registerRollback(projections: Command, terminal: Terminal): void {
  projections
    .command('rollback')
    .description('make the rows live again that were so before the last rebuild; a second time takes that back')
    .argument('<name>', 'the projection')
    .action((name: string, _options: unknown, command: Command) =>
      withProjection(command, name, async ({ daybook, definition, where, json }) => {
        await daybook.rollBack(definition, where)
        const live = (await daybook.generations(definition, where)).find(({ state }) => state === 'live')
        const text = `${name}: generation ${live?.id} is live again, at position ${live?.checkpoint}.`
        terminal.print(json ? JSON.stringify({ name, generation: live?.id, checkpoint: live?.checkpoint }) : text)
        if (live?.fingerprint !== definition.fingerprint) {
          terminal.say(
            'It is of another definition than the configuration’s: the program that made it keeps it up to date.',
          )
        }
      }),
    )
}
