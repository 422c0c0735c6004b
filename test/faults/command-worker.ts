/**
 * Another process that executes commands: node --import tsx test/faults/command-worker.ts TASK URL LOG SEED. It says
 * `ready`, waits for `go`, and tells its parent what came of its commands, unless it has died over them.
 */
import { once } from 'node:events'
import { type Daybook, type EventLog, open } from 'daybook'
import { enrol } from '../commands/enrolment.ts'
import { withdraw } from '../daybook/account.ts'
import { instead } from '../support/instead.ts'

/** `withdraw`: a share of many; `repeat`: what everybody asks for under one id; `die`: the same, but for the answer. */
export type CommandTask = 'withdraw' | 'repeat' | 'die'

export interface CommandResults {
  readonly kind: 'results'
  /** Of each command: its status, and whether it was a repeat. */
  readonly results: readonly { readonly status: string; readonly repeated: boolean; readonly version: number }[]
}

const CALLERS = 4
const WITHDRAWALS = 250

/** Ends the process when an append has been committed and acknowledged, and before anybody hears of it. */
function dieAfterAppend(log: EventLog): EventLog {
  return instead(log, {
    append: async (request, options) => {
      await log.append(request, options)
      process.kill(process.pid, 'SIGKILL')
      return await new Promise(() => {})
    },
  })
}

async function withdrawAll(daybook: Daybook) {
  const results: CommandResults['results'][number][] = []
  let left = WITHDRAWALS
  const call = async () => {
    while (left-- > 0) results.push(toTold(await daybook.execute(withdraw, 'A17', { amount: 1, channel: 'atm' })))
  }
  await Promise.all(Array.from({ length: CALLERS }, call))
  return results
}

async function repeatAll(daybook: Daybook) {
  const calls = Array.from({ length: CALLERS }, async () => [
    toTold(await daybook.execute(withdraw, 'A17', { amount: 1, channel: 'atm' }, { commandId: 'withdrawal' })),
    toTold(await daybook.execute(enrol, { course: 'db', student: 'S1' }, { commandId: 'enrolment' })),
  ])
  return (await Promise.all(calls)).flat()
}

function toTold(result: { status: string; repeated?: boolean; version?: number; versions?: Record<string, number> }) {
  const version = result.version ?? result.versions?.['student-S1'] ?? 0
  return { status: result.status, repeated: result.repeated ?? false, version }
}

const [task, url = '', log = ''] = process.argv.slice(2) as [CommandTask, string, string]
const daybook = await open(url, { log, instruments: task === 'die' ? { log: dieAfterAppend } : {} })
process.send?.({ kind: 'ready' })
await once(process, 'message')
const results = await (task === 'withdraw' ? withdrawAll(daybook) : repeatAll(daybook))
await new Promise((resolve) => process.send?.({ kind: 'results', results } satisfies CommandResults, resolve))
await daybook.close()
process.disconnect?.()
