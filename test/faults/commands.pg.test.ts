/** Commands from several processes at once, of which one dies when its command is recorded and nobody knows. */
import { type Daybook, open } from 'daybook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CourseOffered, enrol } from '../commands/enrolment.ts'
import { Account, AccountOpened, FundsDeposited, withdraw } from '../daybook/account.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import type { CommandTask } from './command-worker.ts'
import { TIMEOUT_MS } from './seed.ts'
import { Worker } from './start-worker.ts'

const PROCESSES = [1, 2, 3, 4]

describeOnPostgres('commands of several processes', { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()
  let opened: Daybook

  beforeAll(async () => {
    opened = await open(database.url)
  })
  afterAll(() => opened.close())

  /** A log of the test's own, with an account and a course in it. */
  async function begin(name: string, balance: number): Promise<Daybook> {
    const daybook = opened.log(name)
    await daybook.append('account-A17', [AccountOpened({ owner: 'Ada' }), FundsDeposited({ amount: balance })])
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 3 }))
    return daybook
  }

  async function startWorkers(task: CommandTask, log: string, processes = PROCESSES): Promise<Worker[]> {
    const workers = processes.map(
      (seed) => new Worker({ program: 'command-worker.ts', task, url: database.url, log, seed }),
    )
    await Promise.all(workers.map((worker) => worker.untilReady()))
    for (const worker of workers) worker.go()
    return workers
  }

  async function resultsOf(workers: readonly Worker[]) {
    await Promise.all(workers.map((worker) => worker.ended()))
    return workers.flatMap(({ messages }) =>
      messages.flatMap((message) => (message.kind === 'results' ? message.results : [])),
    )
  }

  test('4 of 4 callers withdraw 1 from 500, 1,000 times: 500 are accepted and 500 rejected', async () => {
    const daybook = await begin('contention', 500)
    const results = await resultsOf(await startWorkers('withdraw', 'contention'))
    expect(results).toHaveLength(1_000)
    const accepted = results.filter(({ status }) => status === 'accepted')
    expect(accepted).toHaveLength(500)
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(500)
    expect(new Set(accepted.map(({ version }) => version)).size).toBe(500)
    expect(await daybook.load(Account, 'A17')).toMatchObject({ state: { balance: 0 }, version: 502 })
  })

  test('what all of them ask under one id happens once, and each gets that result', async () => {
    const daybook = await begin('repeats', 500)
    const results = await resultsOf(await startWorkers('repeat', 'repeats'))
    expect(results).toHaveLength(32)
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(2)
    for (const { status } of results) expect(status).toBe('accepted')
    expect(results.filter(({ version }) => version === 3)).toHaveLength(16)
    expect(results.filter(({ version }) => version === 1)).toHaveLength(16)
    expect(await daybook.head()).toBe(5)
  })

  test('killed between commit and answer, a command gives its result to who asks again, and to no other', async () => {
    const daybook = await begin('killed', 500)
    const [victim] = await startWorkers('die', 'killed', [1])
    expect(await resultsOf([victim as Worker])).toEqual([])
    const events = await daybook.readStream('account-A17').toArray()
    expect(events).toHaveLength(3)
    const input = { amount: 1, channel: 'atm' }
    const again = await daybook.execute(withdraw, 'A17', input, { commandId: 'withdrawal' })
    expect(again).toEqual({ status: 'accepted', version: 3, position: 4, events: events.slice(2), repeated: true })
    const other = daybook.execute(withdraw, 'A17', { ...input, amount: 2 }, { commandId: 'withdrawal' })
    await expect(other).rejects.toMatchObject({ code: 'command-id-reused' })
    expect(await daybook.streamVersion('account-A17')).toBe(3)
    const enrolled = await daybook.execute(enrol, { course: 'db', student: 'S1' }, { commandId: 'enrolment' })
    expect(enrolled).toMatchObject({ status: 'accepted', versions: { 'student-S1': 1 } })
    expect(await daybook.streamVersion('student-S1')).toBe(1)
  })
})
