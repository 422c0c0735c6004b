/** What the compiler knows of executing, reading and projecting, and what it refuses. */

import { type } from 'arktype'
import { type Daybook, event, type RecordedEvent, readModel } from 'daybook'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { Account, balances, Deposited, openAndFund, transfer, Withdrawn, withdraw } from './domain.ts'

type WithdrawnEvent = RecordedEvent<'Withdrawn', { amount: number; channel: string }>
type DepositedEvent = RecordedEvent<'Deposited', { amount: number; note?: string | undefined }>

export async function results(daybook: Daybook) {
  const result = await daybook.execute(withdraw, 'A17', { amount: 20 }, { expectedVersion: 3 })
  expectTypeOf(result.status).toEqualTypeOf<'accepted' | 'rejected' | 'invalid' | 'unauthorised' | 'conflict'>()
  switch (result.status) {
    case 'accepted':
      expectTypeOf(result.events).toEqualTypeOf<readonly WithdrawnEvent[]>()
      expectTypeOf(result.version).toEqualTypeOf<number>()
      return
    case 'rejected':
      expectTypeOf(result.reason).toEqualTypeOf<'NotOpen' | 'InsufficientFunds'>()
      // @ts-expect-error a misspelt reason
      if (result.reason === 'InsufficentFunds') return
      if (result.reason === 'InsufficientFunds') expectTypeOf(result.details).toEqualTypeOf<{ balance: number }>()
      else expectTypeOf(result.details).toEqualTypeOf<undefined>()
      return
    case 'invalid':
      expectTypeOf(result.issues[0]?.path).toEqualTypeOf<readonly PropertyKey[] | undefined>()
      return
    case 'unauthorised':
      expectTypeOf(result.by).toEqualTypeOf<'daybook'>()
      expectTypeOf(result.reason).toEqualTypeOf<string>()
      return
    case 'conflict':
      expectTypeOf(result.retryAfterMs).toEqualTypeOf<number>()
      return
    default:
      expectTypeOf(result).toBeNever()
  }
}

export async function narrowResults(daybook: Daybook) {
  const funded = await daybook.execute(openAndFund, 'A17', { amount: '20' })
  // It never rejects.
  expectTypeOf(funded.status).toEqualTypeOf<'accepted' | 'invalid' | 'unauthorised' | 'conflict'>()
  if (funded.status === 'accepted') {
    expectTypeOf(funded.events).toEqualTypeOf<
      readonly (RecordedEvent<'Opened', { owner: string }> | DepositedEvent)[]
    >()
  }
  const moved = await daybook.execute(
    transfer,
    { from: 'A17', to: 'B4' },
    { amount: 20 },
    { expectedVersion: { from: 1 } },
  )
  if (moved.status === 'accepted') {
    expectTypeOf(moved.versions).toEqualTypeOf<Readonly<Record<'from' | 'to', number>>>()
    expectTypeOf(moved.events).toEqualTypeOf<readonly (WithdrawnEvent | DepositedEvent)[]>()
  }
  if (moved.status === 'rejected') expectTypeOf(moved.details).toEqualTypeOf<{ balance: number }>()
}

export async function wrongCalls(daybook: Daybook) {
  // @ts-expect-error the input lacks a property
  await daybook.execute(withdraw, 'A17', {})
  // @ts-expect-error the input's property has another type
  await daybook.execute(withdraw, 'A17', { amount: '20' })
  // @ts-expect-error the input has no such property
  await daybook.execute(withdraw, 'A17', { amount: 20, chanel: 'atm' })
  // @ts-expect-error an id is a string
  await daybook.execute(withdraw, 17, { amount: 20 })
  // @ts-expect-error a command over one takes one id
  await daybook.execute(withdraw, { from: 'A17', to: 'B4' }, { amount: 20 })
  // @ts-expect-error a command over several takes one for each
  await daybook.execute(transfer, 'A17', { amount: 20 })
  // @ts-expect-error a part is missing
  await daybook.execute(transfer, { from: 'A17' }, { amount: 20 })
  // @ts-expect-error there is no such part
  await daybook.execute(transfer, { from: 'A17', to: 'B4', via: 'C1' }, { amount: 20 })
  // @ts-expect-error an expected version for a command over one is one
  await daybook.execute(withdraw, 'A17', { amount: 20 }, { expectedVersion: { from: 1 } })
  // @ts-expect-error a rule is not a command
  await daybook.execute(() => undefined, 'A17', { amount: 20 })
  // @ts-expect-error there is no such point
  await daybook.stateOf(Account, 'A17', { on: new Date() })
  // @ts-expect-error a time is a Date
  await daybook.stateOf(Account, 'A17', { at: '2026-03-31' })
}

export async function states(daybook: Daybook) {
  expectTypeOf(await daybook.stateOf(Account, 'A17')).toEqualTypeOf<{ status: string; balance: number }>()
  const { state, version } = await daybook.load(Account, 'A17', { version: 3 })
  expectTypeOf(state.balance).toEqualTypeOf<number>()
  expectTypeOf(version).toEqualTypeOf<number>()
}

export async function reading(daybook: Daybook) {
  for await (const stored of daybook.readStream('account-A17')) expectTypeOf(stored).toEqualTypeOf<RecordedEvent>()
  for await (const stored of daybook.read({ category: 'account' })) expectTypeOf(stored).toEqualTypeOf<RecordedEvent>()
  for await (const each of daybook.read({ events: [Deposited, Withdrawn], after: 7 })) {
    expectTypeOf(each).toEqualTypeOf<WithdrawnEvent | DepositedEvent>()
    if (each.type === 'Withdrawn') expectTypeOf(each.data.channel).toEqualTypeOf<string>()
  }
  expectTypeOf(await daybook.tail({ events: [Withdrawn] }).toArray()).toEqualTypeOf<WithdrawnEvent[]>()
}

export async function readModels(daybook: Daybook) {
  const projection = await daybook.project(balances)
  expectTypeOf(await projection.get('A17')).toEqualTypeOf<{ balance: number } | undefined>()
  for await (const [key, row] of projection.entries()) {
    expectTypeOf(key).toEqualTypeOf<string>()
    expectTypeOf(row).toEqualTypeOf<{ balance: number }>()
  }
  const events = [Deposited, Withdrawn] as const
  readModel('x', {
    events: [Deposited, Withdrawn],
    key: (stored) => {
      expectTypeOf(stored).toEqualTypeOf<WithdrawnEvent | DepositedEvent>()
      return stored.type === 'Withdrawn' ? [stored.data.channel] : null
    },
    initial: { n: 0 },
  }).evolve({ Deposited: (row) => row, Withdrawn: () => undefined })
  // @ts-expect-error Withdrawn is missing
  readModel('x', { events, key: () => 'k', initial: { n: 0 } }).evolve({ Deposited: (row) => row })
  const one = readModel('x', { events: [Deposited], key: () => 'k', initial: { n: 0 } })
  // @ts-expect-error Foreign is not one of its events
  one.evolve({ Deposited: (row) => row, Foreign: () => undefined })
  // @ts-expect-error it gives a property that the row does not have
  one.evolve({ Deposited: (row) => ({ ...row, m: 1 }) })
  // @ts-expect-error a key is a string
  readModel('x', { events, key: () => 7, initial: { n: 0 } })
  // @ts-expect-error rows are JSON: "data.at is a Date, which is not JSON"
  readModel('x', { events, key: () => 'k', initial: { at: new Date() } })
  // @ts-expect-error the row's property has another type
  readModel('x', { events: [Deposited], key: () => 'k', initial: { n: 0 } }).evolve({ Deposited: () => ({ n: '0' }) })
}

export async function otherValidators(daybook: Daybook) {
  const Renamed = event('Renamed', v.object({ name: v.string() }))
  const byValibot = Account.command('V', v.object({ amount: v.pipe(v.string(), v.transform(Number)) }), (_, input) =>
    Deposited(input),
  )
  const byArktype = Account.command('A', type({ amount: 'number' }), (_, input) => Deposited(input))
  const byZod = Account.command('Z', z.object({ amount: z.number() }), (_, input) => Deposited(input))
  await daybook.execute(byValibot, 'A17', { amount: '20' })
  await daybook.execute(byArktype, 'A17', { amount: 20 })
  await daybook.execute(byZod, 'A17', { amount: 20 })
  // @ts-expect-error wrong input, valibot
  await daybook.execute(byValibot, 'A17', { amount: 20 })
  // @ts-expect-error wrong input, arktype
  await daybook.execute(byArktype, 'A17', { amount: '20' })
  const names = readModel('names', {
    events: [Renamed],
    key: (stored) => stored.stream.id,
    initial: { name: '' },
  }).evolve({
    Renamed: (_, { name }) => ({ name }),
  })
  expectTypeOf(await (await daybook.project(names)).get('A17')).toEqualTypeOf<{ name: string } | undefined>()
}
