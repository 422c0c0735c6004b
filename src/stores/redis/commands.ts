import type { CommandRecord, CommandStore, FoundCommand, PruneCommandsOptions } from '../../store/index.ts'
import { commandsKey, headKey } from './keys.ts'
import type { RedisLogContext } from './redis-log-context.ts'

/** The records of commands; they are written by `daybook_append` alone, with the events of the command. */
export class RedisCommands implements CommandStore {
  readonly #context: RedisLogContext

  constructor(context: RedisLogContext) {
    this.#context = context
  }

  async find(id: string): Promise<CommandRecord | undefined> {
    const command = ['HGET', commandsKey(this.#context.log), id]
    const text = await this.#context.command(headKey(this.#context.log), command)
    return typeof text === 'string' ? decodeCommand(id, text).record : undefined
  }

  async prune({ before, limit }: PruneCommandsOptions): Promise<number> {
    const values = [String(before.getTime()), String(limit)]
    return Number(await this.#context.write({ name: 'prune_commands', key: headKey(this.#context.log), values }))
  }
}

/** As lua/append.lua writes it: a digest holds no line break, and JSON none that is not escaped. */
export function decodeCommand(id: string, text: string): FoundCommand {
  const [recordedAtMs, digest = '', result = 'null'] = text.split('\n')
  return { record: { id, digest, result: JSON.parse(result) }, recordedAt: new Date(Number(recordedAtMs)) }
}
