import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { withReadModel } from './configured.ts'

export function registerRollback(projections: Command, terminal: Terminal): void {
  projections
    .command('rollback')
    .description('make the rows live again that were so before the last rebuild; a second time takes that back')
    .argument('<name>', 'the read model')
    .action((name: string, _options: unknown, command: Command) =>
      withReadModel(command, name, async ({ daybook, readModel, where, json }) => {
        await daybook.rollBack(readModel, where)
        const live = (await daybook.generations(readModel, where)).find(({ state }) => state === 'live')
        const text = `${name}: generation ${live?.id} is live again, at position ${live?.checkpoint}.`
        terminal.print(json ? JSON.stringify({ name, generation: live?.id, checkpoint: live?.checkpoint }) : text)
        if (live?.fingerprint !== readModel.fingerprint) {
          terminal.say(
            'It is of another definition than the configuration’s: the program that made it keeps it up to date.',
          )
        }
      }),
    )
}
