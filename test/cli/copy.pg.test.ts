/** `daybook copy` between two databases, and `daybook export`: killed at any moment, interrupted, and given again. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

  test('an export that is stopped leaves the file that was there, and nothing beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-export-'))
    const file = join(folder, 'log.ndjson')
    writeFileSync(file, 'whole\n')
    const { process, ended } = startCli(['--url', one.url, 'export', file])
    while (readdirSync(folder).length < 2) await sleep(1)
    process.kill('SIGINT')
    const { code, stderr } = await ended
    expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('export again') })
    expect(readFileSync(file, 'utf8')).toBe('whole\n')
    expect(readdirSync(folder)).toEqual(['log.ndjson'])
    rmSync(folder, { recursive: true })
  })
})

function* history() {
  for (let n = 0; n < EVENTS; n++) yield { stream: `thing-${n % 977}`, type: 'Noted', data: { n } }
}

async function untilHead(log: { head(): Promise<number> }, position: number): Promise<void> {
  while ((await log.head()) < position) await sleep(20)
}
