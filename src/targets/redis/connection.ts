/**
 * Commands and scripts for the keys of one read model, sent to the server that has them. What was under way when a
 * connection was lost is asked again: every command and script of ours may be run twice.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DaybookError, isDaybookError } from '../../errors/index.ts'
import { REDIS_LOSSES, type Servers } from '../../redis/index.ts'
import { retrying } from '../../store/index.ts'

export type Reply = string | number | null | readonly Reply[]

const TARGET = 'redis'
const NEVER = new AbortController().signal

export class Connection {
  readonly #openServers: () => Promise<Servers>
  readonly #place: string

  /** @param place A key of the read model: all others are where it is. */
  constructor(openServers: () => Promise<Servers>, place: string) {
    this.#openServers = openServers
    this.#place = place
  }

  /** @throws `connection-lost`, `target-refused`, `missing-driver`, `closed` */
  async send(command: readonly string[]): Promise<Reply> {
    return await naming(() => retrying(REDIS_LOSSES, () => this.#send(command), NEVER))
  }

  /** Runs a script, which the server keeps from the first time on. */
  async run(script: Script, keys: readonly string[], values: readonly string[]): Promise<Reply> {
    const rest = [String(keys.length), ...keys, ...values]
    return await naming(() => retrying(REDIS_LOSSES, () => this.#runOnce(script, rest), NEVER))
  }

  async #runOnce({ sha, text }: Script, rest: readonly string[]): Promise<Reply> {
    try {
      return await this.#send(['EVALSHA', sha, ...rest])
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await this.#send(['EVAL', text, ...rest])
    }
  }

  async #send(command: readonly string[]): Promise<Reply> {
    return (await (await this.#openServers()).send('reads', this.#place, command)) as Reply
  }
}

/** What the server refuses, and cannot be helped by asking again. */
async function naming<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error) || isDaybookError(error)) throw error
    const reason = error.message
    const message = `Redis refused a command: ${reason}. Correct what it names: its memory, the rights of the user.`
    throw new DaybookError('target-refused', message, { target: TARGET, reason }, { cause: error })
  }
}

export interface Script {
  readonly text: string
  readonly sha: string
}

/** One of ./lua, by name. */
export function readScript(name: string): Script {
  const text = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
