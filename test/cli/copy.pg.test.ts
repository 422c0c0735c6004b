/** `daybook copy` between two databases: killed at any moment, interrupted, and given again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { compareLogs } from 'daybook'
import { Random } from 'daybook/testing'
import { beforeAll, expect, test } from 'vitest'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { SEED } from '../faults/seed.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { runCli, startCli } from './run-cli.ts'

const EVENTS = 60_000

describeOnPostgres(`daybook copy (DAYBOOK_SEED=${SEED})`, { timeout: 120_000 }, () => {
  const [one, other, third] = [useTestDatabase(), useTestDatabase(), useTestDatabase()]

  beforeAll(async () => {
    await using store = await openPostgres(one.url)
    await store.log('main').import(history())
  })

  test('killed again and again, ends with the same log', async () => {
    const random = new Random(SEED)
    for (let kill = 0; kill < 4; kill++) {
      const { process, ended } = startCli(['copy', one.url, other.url, '--no-verify'])
      await sleep(400 + random.integer(0, 1_200))
      process.kill('SIGKILL')
      await ended
    }
    const copied = await runCli(['--json', 'copy', one.url, other.url])
    expect(copied.code, copied.stderr).toBe(0)
    expect(JSON.parse(copied.stdout)).toMatchObject({ same: true, events: EVENTS })
    await using from = await openPostgres(one.url)
    await using to = await openPostgres(other.url)
    expect(await compareLogs(from.log('main'), to.log('main'))).toMatchObject({ same: true, events: EVENTS })
  })

  test('follows until Ctrl-C, then compares', async () => {
    const { process, ended } = startCli(['--json', 'copy', one.url, third.url, '--follow'])
    await using to = await openPostgres(third.url)
    await untilHead(to.log('main'), EVENTS)
    await using from = await openPostgres(one.url)
    await from.log('main').append({ streams: [{ stream: 'late-1', events: [{ type: 'Noted', data: 1 }] }] })
    await untilHead(to.log('main'), EVENTS + 1)
    process.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ copied: EVENTS + 1, same: true, events: EVENTS + 1 })
  })
})

function* history() {
  for (let n = 0; n < EVENTS; n++) yield { stream: `thing-${n % 977}`, type: 'Noted', data: { n } }
}

async function untilHead(log: { head(): Promise<number> }, position: number): Promise<void> {
  while ((await log.head()) < position) await sleep(20)
}
