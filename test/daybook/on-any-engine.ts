/** What a user relies on, whichever engine is below: called by one test file for each engine. */
import { command, type Daybook, isDaybookError, type OpenOptions, readModel, reject } from 'daybook'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { Account, AccountOpened, balances, FundsDeposited, FundsWithdrawn, withdraw } from './account.ts'

const amount = z.object({ amount: z.int().positive() })

const transfer = command('Transfer', { from: Account, to: Account }, amount, ({ from }, input) =>
  from.balance < input.amount
    ? reject('InsufficientFunds', { balance: from.balance })
    : { from: FundsWithdrawn({ ...input, channel: 'transfer' }), to: FundsDeposited(input) },
)

/** Logs are independent: each test has one. */
export function describeDaybook(openDaybook: (options: OpenOptions) => Promise<Daybook>): void {
  describe('daybook', () => {
    test('execute › a repeat, also at the same time, gets the first result and writes nothing', async () => {
      await using daybook = await openDaybook({ log: 'repeats' })
      await deposit(daybook, 'A17', 100)
      const input = { amount: 20, channel: 'atm' }
      const all = await Promise.all(
        Array.from({ length: 8 }, () => daybook.execute(withdraw, 'A17', input, { commandId: 'once' })),
      )
      expect(all.filter((result) => result.status === 'accepted' && !result.repeated)).toHaveLength(1)
      for (const result of all) {
        expect(result).toMatchObject({ status: 'accepted', version: 3, events: [{ version: 3, data: input }] })
      }
      expect(await daybook.streamVersion('account-A17')).toBe(3)
    })

    test('execute › a rejection is repeated too, though it would be accepted by now', async () => {
      await using daybook = await openDaybook({ log: 'rejections' })
      await deposit(daybook, 'A17', 10)
      const ask = () => daybook.execute(withdraw, 'A17', { amount: 20, channel: 'atm' }, { commandId: 'once' })
      const first = { status: 'rejected', reason: 'InsufficientFunds', details: { balance: 10 } }
      expect(await ask()).toEqual({ ...first, repeated: false })
      await daybook.append('account-A17', FundsDeposited({ amount: 100 }))
      expect(await ask()).toEqual({ ...first, repeated: true })
    })

    test('execute › a command id with other input is refused', async () => {
      await using daybook = await openDaybook({ log: 'reuse' })
      await deposit(daybook, 'A17', 100)
      await daybook.execute(withdraw, 'A17', { amount: 20, channel: 'atm' }, { commandId: 'once' })
      const other = daybook.execute(withdraw, 'A17', { amount: 21, channel: 'atm' }, { commandId: 'once' })
      await expect(other).rejects.toMatchObject({ code: 'command-id-reused', details: { commandId: 'once' } })
    })

    test('execute › a repeat with the version that the first one expected gets the first result', async () => {
      await using daybook = await openDaybook({ log: 'expected-repeats' })
      await deposit(daybook, 'A17', 100)
      const ask = (commandId: string) =>
        daybook.execute(withdraw, 'A17', { amount: 20, channel: 'atm' }, { commandId, expectedVersion: 2 })
      expect(await ask('first')).toMatchObject({ status: 'accepted', repeated: false })
      expect(await ask('first')).toMatchObject({ status: 'accepted', version: 3, repeated: true })
      expect(await ask('second')).toMatchObject({ status: 'conflict', expected: 2, actual: 3 })
    })

    test('execute › 16 callers withdraw 1 from 500, 1,000 times: 500 are accepted and 500 rejected', async () => {
      await using daybook = await openDaybook({ log: 'contention' })
      await deposit(daybook, 'A17', 500)
      const ask = () => daybook.execute(withdraw, 'A17', { amount: 1, channel: 'atm' })
      const results = await inParallel(16, 1_000, ask)
      const accepted = results.filter((result) => result.status === 'accepted')
      expect(accepted).toHaveLength(500)
      expect(new Set(accepted.map(({ version }) => version)).size).toBe(500)
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(500)
      expect(await daybook.load(Account, 'A17')).toMatchObject({ state: { open: true, balance: 0 }, version: 502 })
    })

    test('execute › a transfer is booked on both sides or on neither', async () => {
      await using daybook = await openDaybook({ log: 'transfers' })
      await deposit(daybook, 'A17', 30)
      await deposit(daybook, 'B4', 5)
      const accounts = { from: 'A17', to: 'B4' }
      const done = await daybook.execute(transfer, accounts, { amount: 20 }, { commandId: 't1' })
      const position = await daybook.head()
      expect(done).toMatchObject({ status: 'accepted', versions: { from: 3, to: 3 }, position, repeated: false })
      const again = await daybook.execute(transfer, accounts, { amount: 20 }, { commandId: 't1' })
      expect(again).toEqual({ ...done, repeated: true })
      const refused = await daybook.execute(transfer, accounts, { amount: 20 })
      expect(refused).toMatchObject({ status: 'rejected', reason: 'InsufficientFunds', details: { balance: 10 } })
      expect(await balancesOf(daybook, 'A17', 'B4')).toEqual([10, 25])
      const toItself = await daybook.execute(transfer, { from: 'A17', to: 'A17' }, { amount: 1 })
      expect(toItself).toMatchObject({
        status: 'invalid',
        issues: [{ message: expect.stringContaining('account-A17') }],
      })
    })

    test('execute › transfers in all directions at once keep the sum', async () => {
      await using daybook = await openDaybook({ log: 'directions' })
      const ids = ['A', 'B', 'C', 'D']
      for (const id of ids) await deposit(daybook, id, 100)
      const results = await inParallel(8, 60, (turn) => {
        const from = ids[turn % 4] as string
        const to = ids[(turn + 1 + (turn % 3)) % 4] as string
        return daybook.execute(transfer, { from, to }, { amount: 1 + (turn % 7) })
      })
      expect(results.filter(({ status }) => status === 'conflict' || status === 'invalid')).toEqual([])
      const sum = (await balancesOf(daybook, ...ids)).reduce((total, balance) => total + balance, 0)
      expect(sum).toBe(400)
    })

    test('stateOf › then is what it was, by time, by version and by position', async () => {
      await using daybook = await openDaybook({ log: 'history' })
      await deposit(daybook, 'A17', 30)
      await deposit(daybook, 'B4', 5)
      const [, second] = await daybook.readStream('account-A17').toArray()
      await new Promise((resolve) => setTimeout(resolve, 5))
      await daybook.append('account-A17', FundsDeposited({ amount: 7 }))
      const then = { open: true, balance: 30 }
      expect(await daybook.stateOf(Account, 'A17', { at: second?.recordedAt ?? new Date() })).toEqual(then)
      const loaded = { state: then, version: 2, position: second?.position }
      expect(await daybook.load(Account, 'A17', { version: 2 })).toEqual(loaded)
      const [, , , fourth] = await daybook.read().toArray()
      expect(await daybook.stateOf(Account, 'A17', { position: fourth?.position ?? 0 })).toEqual(then)
      expect(await daybook.stateOf(Account, 'A17')).toEqual({ open: true, balance: 37 })
      expect(await daybook.load(Account, 'nobody')).toEqual({ state: Account.initial, version: 0, position: 0 })
    })

    test('snapshots › 120 events leave one behind, and the state is the same with it and without', async () => {
      await using daybook = await openDaybook({ log: 'snapshots' })
      await deposit(daybook, 'A17', 1_000)
      for (let turn = 0; turn < 118; turn++) {
        await daybook.execute(withdraw, 'A17', { amount: 1, channel: 'atm' })
      }
      const { snapshots } = daybook.store.log('snapshots')
      const key = { stream: 'account-A17', definition: 'account', fingerprint: Account.fingerprint }
      await vi.waitFor(async () => expect((await snapshots.load(key))?.version).toBeGreaterThanOrEqual(50))
      const withSnapshot = await daybook.load(Account, 'A17')
      await snapshots.clear()
      expect(await daybook.load(Account, 'A17')).toEqual(withSnapshot)
      expect(withSnapshot).toMatchObject({ state: { balance: 882 }, version: 120 })
    })

    test('project › one reads one’s own writes, and an event that is not the model’s does not hold it up', async () => {
      await using daybook = await openDaybook({ log: 'projections' })
      await deposit(daybook, 'A17', 30)
      await using projection = await daybook.project(balances)
      expect(await daybook.project(balances)).toBe(projection)
      await projection.reached(await daybook.head())
      expect(await projection.get('A17')).toEqual({ balance: 30 })
      const result = await daybook.execute(withdraw, 'A17', { amount: 20, channel: 'atm' })
      await projection.reached(result.status === 'accepted' ? result.position : 0)
      expect(await projection.get('A17')).toEqual({ balance: 10 })
      const { position } = await daybook.append('account-C9', AccountOpened({ owner: 'Cy' }))
      await projection.reached(position, { timeoutMs: 2_000 })
      expect(projection.checkpoint).toBe(position)
      expect(await projection.get('C9')).toBeUndefined()
      const future = projection.reached(position + 1)
      await daybook.append('account-C9', FundsDeposited({ amount: 1 }))
      await future
      expect(await rowsOf(projection)).toEqual([
        ['A17', { balance: 10 }],
        ['C9', { balance: 1 }],
      ])
    })

    test('project › two instances at work, stopped and started, apply each event once', async () => {
      await using daybook = await openDaybook({ log: 'instances' })
      const one = await daybook.project(balances)
      const two = await daybook.project(balances, { follow: false })
      const writing = inParallel(4, 200, (turn) => daybook.append(`account-${turn % 5}`, FundsDeposited({ amount: 1 })))
      for (let turn = 0; turn < 5; turn++) await daybook.project(balances, { follow: false })
      await writing
      await one.reached(await daybook.head())
      expect(two.status).toBe('stopped')
      expect(await rowsOf(one)).toEqual(['0', '1', '2', '3', '4'].map((key) => [key, { balance: 40 }]))
      await one.stop()
      await daybook.append('account-0', FundsDeposited({ amount: 2 }))
      const resumed = await daybook.project(balances)
      await resumed.reached(await daybook.head())
      expect(await resumed.get('0')).toEqual({ balance: 42 })
    })

    test('project › rows are deleted, an event may touch several, and odd keys and documents come back', async () => {
      await using daybook = await openDaybook({ log: 'rows' })
      const odd = '"quote" \\ 💶 {curly}'
      const seen = readModel('seen "rows"; --', {
        events: [FundsDeposited, FundsWithdrawn],
        key: (event) => (event.type === 'FundsDeposited' ? [event.stream.id, odd] : event.stream.id),
        initial: { texts: [] as string[], nested: { price: 0.1, big: 1e300, nothing: null as null | string } },
      }).evolve({
        FundsDeposited: (row, { amount: seenAmount }) => ({ ...row, texts: [...row.texts, `${seenAmount} é "\\`] }),
        FundsWithdrawn: () => undefined,
      })
      await daybook.append('account-A', [FundsDeposited({ amount: 1 }), FundsWithdrawn({ amount: 1, channel: 'x' })])
      await daybook.append('account-B', [FundsDeposited({ amount: 2 })])
      const projection = await daybook.project(seen, { follow: false })
      expect(await rowsOf(projection)).toEqual([
        [odd, { ...seen.initial, texts: ['1 é "\\', '2 é "\\'] }],
        ['B', { ...seen.initial, texts: ['2 é "\\'] }],
      ])
    })

    test('project › a read model that fails says where, and to whom it waits', async () => {
      await using daybook = await openDaybook({ log: 'failures' })
      await daybook.append('account-A', [FundsDeposited({ amount: 1 }), FundsDeposited({ amount: 13 })])
      const failing = readModel('failing', {
        events: [FundsDeposited],
        key: (event) => event.stream.id,
        initial: {},
      }).evolve({
        FundsDeposited: (row, data) => {
          if (data.amount === 13) throw new Error('bad luck')
          return row
        },
      })
      const failures: Error[] = []
      const projection = await daybook.project(failing, {
        maxQuarantinedKeys: 0,
        onFailure: (failure) => failures.push(failure),
      })
      const position = await daybook.head()
      const failed = { code: 'projection-failed', details: { position } }
      await expect(projection.reached(position)).rejects.toMatchObject(failed)
      expect(failures).toHaveLength(1)
      expect(isDaybookError(projection.failure, 'projection-failed')).toBe(true)
      expect(projection.status).toBe('failed')
    })

    test('log › another log is independent, and read in its own order', async () => {
      await using daybook = await openDaybook({ log: 'first' })
      const other = daybook.log('second')
      await deposit(daybook, 'A17', 1)
      await deposit(other, 'A17', 2)
      expect(await other.read().toArray()).toHaveLength(2)
      expect(await other.stateOf(Account, 'A17')).toEqual({ open: true, balance: 2 })
      const events = await other.read({ events: [FundsDeposited] }).toArray()
      expect(events.map(({ data }) => data.amount)).toEqual([2])
    })
  })
}

async function deposit(daybook: Daybook, id: string, sum: number): Promise<void> {
  await daybook.append(`account-${id}`, [AccountOpened({ owner: 'Ada' }), FundsDeposited({ amount: sum })])
}

async function balancesOf(daybook: Daybook, ...ids: string[]): Promise<number[]> {
  return await Promise.all(ids.map(async (id) => (await daybook.stateOf(Account, id)).balance))
}

/** `workers` at a time, until all the turns are taken. */
async function inParallel<T>(workers: number, turns: number, work: (turn: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < turns) results.push(await work(next++))
  }
  await Promise.all(Array.from({ length: workers }, worker))
  return results
}

async function rowsOf<Row>(projection: { entries(): AsyncIterable<readonly [string, Row]> }) {
  const rows: (readonly [string, Row])[] = []
  for await (const entry of projection.entries()) rows.push(entry)
  return rows
}
