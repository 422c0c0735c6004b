import { existsSync } from 'node:fs'
import { inspect } from 'node:util'
import { isDaybookError, open } from 'daybook'
import { expect, test } from 'vitest'
import { Account, AccountOpened, balances } from './account.ts'

test('open › a URL of no known engine is refused, with those that are, and without its password', async () => {
  const refused = open('mysql://ada:secret@host/db')
  await expect(refused).rejects.toMatchObject({
    code: 'unknown-engine',
    details: {
      known: expect.arrayContaining(['memory:', 'file:', 'postgres://', 'postgresql://', 'redis://', 'nats://']),
    },
  })
  await expect(refused).rejects.not.toThrow(/secret/)
})

test('open › a URL that pg cannot read is refused, and its password is in no part of the error', async () => {
  const error: unknown = await open('postgres://ada:hush@localhost:port/bank').catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code: 'invalid-argument', details: { argument: 'url' } })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hush')
})

test('open › where durability is required, what is gone with the process or the power is refused', async () => {
  const engines = { 'memory:': ['memory', 'DAYBOOK_MEMORY'], 'file:./not-made': ['pglite', 'DAYBOOK_PGLITE_NO_FSYNC'] }
  for (const [url, [engine, risk]] of Object.entries(engines)) {
    const details = { engine, risk }
    await expect(open(url, { requireDurable: true })).rejects.toMatchObject({ code: 'not-durable', details })
  }
  expect(existsSync('./not-made')).toBe(false)
})

test('open › what is neither a URL nor a Pool is refused', async () => {
  for (const where of [undefined, null, {}, 7]) {
    await expect(open(where as never)).rejects.toMatchObject({ code: 'invalid-argument' })
  }
})

test('close › ends projections and everything on other logs, and leaves the daybook closed', async () => {
  const daybook = await open('memory:')
  const other = daybook.log('other')
  const projection = await other.project(balances)
  const kept = await daybook.project(balances)
  expect(daybook.log('other')).toBe(other)
  expect(daybook.log('main')).toBe(daybook)
  await daybook.close()
  await daybook.close()
  expect([projection.status, kept.status]).toEqual(['stopped', 'stopped'])
  const closed = await daybook.append('account-A', AccountOpened({ owner: 'Ada' })).catch((error) => error)
  expect(isDaybookError(closed, 'closed')).toBe(true)
})

test('close › of another log ends what was begun on it, and nothing else', async () => {
  await using daybook = await open('memory:')
  const kept = await daybook.project(balances)
  const other = daybook.log('other')
  const projection = await other.project(balances)
  await other.close()
  expect([projection.status, kept.status]).toEqual(['stopped', 'running'])
  await daybook.append('account-A', AccountOpened({ owner: 'Ada' }))
  expect(await daybook.stateOf(Account, 'A')).toEqual({ open: true, balance: 0 })
})

test('append › several streams at once, with conditions and a boundary', async () => {
  await using daybook = await open('memory:')
  const events = [AccountOpened({ owner: 'Ada' }, { tags: ['owner:ada'] })]
  await daybook.append('account-A', events, { expectedVersion: 'none', unless: { tags: ['owner:ada'], after: 0 } })
  const again = daybook.append('account-B', events, { unless: { tags: ['owner:ada'], after: 0 } })
  await expect(again).rejects.toMatchObject({ code: 'boundary-conflict' })
  const { versions } = await daybook.append({
    streams: [{ stream: 'account-B', events: [AccountOpened({ owner: 'Bob' })], expectedVersion: 0 }],
    conditions: [{ stream: 'account-A', expectedVersion: 1 }],
  })
  expect(versions).toEqual({ 'account-B': 1 })
})

test('stateOf › more than one point at once is refused', async () => {
  await using daybook = await open('memory:')
  const asked = daybook.stateOf(Account, 'A', { version: 1, position: 1 })
  await expect(asked).rejects.toMatchObject({ code: 'invalid-argument' })
})
