/** `daybook reactors`, as processes of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'daybook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OrderPaid, thanks } from '../reactors/orders.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { runCli } from './run-cli.ts'

/** Beside the tests, so that it finds the same packages as they do. */
const folder = mkdtempSync(join(import.meta.dirname, 'reactors-'))
const config = join(folder, 'daybook.config.ts')

describeOnPostgres('daybook reactors', { timeout: 120_000 }, () => {
  const database = useTestDatabase()
  const run = (...args: string[]) => runCli(['--url', database.url, 'reactors', ...args])

  beforeAll(async () => {
    writeFileSync(
      config,
      `import { thanks } from '../../reactors/orders.ts'
       export default { reactors: [thanks] }`,
    )
    await using daybook = await open(database.url)
    const SendMail = () => {
      throw new Error('The mailer is away.')
    }
    const running = await daybook.react(thanks, { SendMail }, { maxAttempts: 1, onDeadLetter() {} })
    const { position } = await daybook.append('customer-ada', [OrderPaid({ order: 'O1' }), OrderPaid({ order: 'O2' })])
    await running.reached(position)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('lists reactors and their dead letters, and drops one of these', async () => {
    const listed = await run('list')
    expect(listed.code, listed.stderr).toBe(1)
    expect(listed.stdout).toMatch(/^reactor +state +checkpoint +head +lag +dead letters +last error$/m)
    expect(listed.stdout).toMatch(/^thanks +stopped +2 +2 +0 +2 +The mailer is away\.$/m)
    const letters = await run('dead-letters', 'list', 'thanks')
    expect(letters.code, letters.stderr).toBe(0)
    const keys = [...letters.stdout.matchAll(/^main\/thanks\/.*$/gm)].map(([key]) => key)
    expect(keys.length).toBe(2)
    expect(letters.stdout).toContain('thanks: SendMail, of the event at position 1, tried once, last at ')
    const dropped = await run('dead-letters', 'drop', 'thanks', keys[0] ?? '')
    expect(dropped).toMatchObject({ code: 0, stdout: `${keys[0]}: dropped.\n` })
    const left = await run('--json', 'dead-letters', 'list')
    expect(JSON.parse(left.stdout)).toMatchObject([{ reactor: 'thanks', key: keys[1], position: 2, attempts: 1 }])
    const again = await run('dead-letters', 'drop', 'thanks', keys[0] ?? '')
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('which is no dead letter') })
  })

  test('says which there are where one is misspelt', async () => {
    const unknown = await run('dead-letters', 'list', 'thank')
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('These have: thanks') })
  })

  test('the events that a reactor of the configuration reads are checked', async () => {
    const checked = await runCli(['--config', config, '--url', database.url, 'schema', 'check'])
    expect(checked.code, checked.stderr).toBe(0)
    expect(checked.stdout).toContain('OrderPaid')
  })
})
