/** The program as a process of its own: killed and interrupted at random moments, and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { makeFolder, openBank, readFigures, runBank } from './fixtures.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const YEAR = ['--customers', '12']
const LOG = 'year-1-12'

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args])
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
  return { child, ended, output: collect(child) }
}

function collect(child: ChildProcess): { text: string } {
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output.text += data
    })
  }
  return output
}

/** Sends the signal at a random moment of the booking, or of what comes before or after it. */
async function interrupt({ child, output }: ReturnType<typeof start>, signal: NodeJS.Signals, delayMs: number) {
  while (!output.text.includes('Opened') && child.exitCode === null) await sleep(5)
  await sleep(delayMs)
  child.kill(signal)
}

describe('the program', () => {
  test('killed at random moments and started again, ends with the figures of an undisturbed run', async () => {
    const store = `file:${makeFolder()}`
    const delays = Array.from({ length: 3 }, () => Math.floor(Math.random() * 1_500))
    for (const delayMs of delays) {
      const killed = start('--store', store, ...YEAR)
      await interrupt(killed, 'SIGKILL', delayMs)
      await killed.ended
    }
    const undisturbed = await openBank('memory:')
    await runBank(undisturbed, ...YEAR)
    const bank = await openBank(store, { log: LOG })
    await runBank(bank, ...YEAR)
    expect(await readFigures(bank), `killed after ${delays.join(', ')} ms`).toEqual(await readFigures(undisturbed))
  })

  test('on Ctrl-C stops with code 130, says how to go on, and goes on', async () => {
    const store = `file:${makeFolder()}`
    const interrupted = start('--store', store, ...YEAR)
    await interrupt(interrupted, 'SIGINT', 300)
    expect(await interrupted.ended).toEqual([130, null])
    expect(interrupted.output.text).toContain('To go on, give the same command again.')
    const bank = await openBank(store, { log: LOG })
    const before = await bank.head()
    expect(before).toBeGreaterThan(0)
    const printed = await runBank(bank, ...YEAR)
    expect(printed).toContain(`The log holds ${before.toLocaleString('en')} events from before.`)
  })

  test.each([
    [['--transactions', 'nowhere.csv'], 1, 'nowhere.csv: there is no such file'],
    [['--store', 'oracle:x'], 1, 'names no engine'],
    [['--what'], 2, "Unknown option '--what'"],
    [['--help'], 0, '--transactions FILE'],
  ])('%j ends with a clear message, and no stack', async (args, code, message) => {
    const program = start('--customers', '2', ...args)
    expect(await program.ended).toEqual([code, null])
    expect(program.output.text).toContain(message)
    expect(program.output.text).not.toMatch(/^ {4}at /m)
  })
})
