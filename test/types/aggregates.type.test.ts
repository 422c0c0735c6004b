/** What the compiler knows of aggregates and their commands, and what it refuses. */
import { aggregate, command, type RecordedEvent, reject, type StateOf } from 'daybook'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { Account, Deposited, Foreign, Opened, Withdrawn } from './domain.ts'

expectTypeOf<StateOf<typeof Account>>().toEqualTypeOf<{ status: string; balance: number }>()

const amount = z.object({ amount: z.number() })

export function evolve() {
  const options = { events: [Opened, Deposited], initial: { balance: 0 } } as const
  const keep = <State>(state: State) => state
  // @ts-expect-error Deposited is missing
  aggregate('a', { events: [Opened, Deposited], initial: { balance: 0 } }).evolve({ Opened: keep })
  // @ts-expect-error Foreign is not one of its events
  aggregate('a', options).evolve({ Opened: keep, Deposited: keep, Foreign: keep })
  // @ts-expect-error the state has no such property
  aggregate('a', options).evolve({ Opened: (state) => ({ balance: state.blance }), Deposited: keep })
  // @ts-expect-error the state's property has another type
  aggregate('a', options).evolve({ Opened: () => ({ balance: '0' }), Deposited: keep })
  // @ts-expect-error the data has no such property
  aggregate('a', options).evolve({ Opened: keep, Deposited: (_, { amuont }) => ({ balance: amuont }) })
  // @ts-expect-error it gives a property that the state does not have: "gives blance, which is no property of the state"
  aggregate('a', options).evolve({ Opened: (state) => ({ ...state, blance: 1 }), Deposited: keep })
  // @ts-expect-error on one of its ways
  aggregate('a', options).evolve({ Opened: (state) => (state.balance ? state : { balance: 1, x: 1 }), Deposited: keep })
  // @ts-expect-error a fold does not wait
  aggregate('a', options).evolve({ Opened: async (state) => state, Deposited: keep })
  aggregate('a', { events: [Opened, Withdrawn], initial: { balance: 0 } }).evolve({
    Opened: keep,
    Withdrawn: (state, data, recorded) => {
      expectTypeOf(state).toEqualTypeOf<Readonly<{ balance: number }>>()
      // @ts-expect-error a fold gives the next state, and leaves this one as it is
      state.balance = 0
      expectTypeOf(data).toEqualTypeOf<{ amount: number; channel: string }>()
      expectTypeOf(recorded).toEqualTypeOf<RecordedEvent<'Withdrawn', { amount: number; channel: string }>>()
      return state
    },
  })
}

type Basket = { kind: 'empty' } | { kind: 'full'; items: readonly string[]; at?: string }

/** States of all sorts, none of which is complained of. */
export function states() {
  const events = [Deposited] as const
  const full = { kind: 'full', items: ['a'], at: 'x' } as const
  aggregate('a', { events, initial: { kind: 'empty' } as Basket }).evolve({ Deposited: () => full })
  aggregate('a', { events, initial: { kind: 'empty' } as Basket }).evolve({ Deposited: (basket) => basket })
  // @ts-expect-error none of the union has it
  aggregate('a', { events, initial: { kind: 'empty' } as Basket }).evolve({ Deposited: () => ({ ...full, itms: 1 }) })
  aggregate('a', { events, initial: 0 }).evolve({ Deposited: (sum, { amount }) => sum + amount })
  aggregate('a', { events, initial: [] as readonly number[] }).evolve({
    Deposited: (all, { amount }) => [...all, amount],
  })
  aggregate('a', { events, initial: {} as Record<string, number> }).evolve({ Deposited: (all) => ({ ...all, x: 1 }) })
  aggregate('a', { events, initial: new Map<string, number>() }).evolve({ Deposited: (all) => new Map(all) })
  aggregate('a', { events, initial: null as null | { n: number } }).evolve({ Deposited: () => ({ n: 1 }) })
  aggregate('a', { events, initial: { n: 0 } as { n: number; m?: number } }).evolve({
    Deposited: () => ({ n: 1, m: 2 }),
  })
  aggregate('a', { events, initial: { n: 0 } as unknown }).evolve({ Deposited: () => ({ anything: 1 }) })
  aggregate('a', { events, initial: { n: 0 } }).evolve({
    Deposited: () => {
      throw new Error('never')
    },
  })
}

export function snapshots() {
  const events = [Opened]
  // @ts-expect-error "data.since is a Date, which is not JSON", and snapshots are
  aggregate('a', { events, initial: { since: new Date() }, snapshot: { every: 50 } })
  // @ts-expect-error the same, by default policy
  aggregate('a', { events, initial: { since: new Date() }, snapshot: true })
  // @ts-expect-error there is no such policy
  aggregate('a', { events, initial: { n: 0 }, snapshot: { each: 50 } })
  aggregate('a', { events, initial: { since: new Date() } })
  aggregate('a', { events, initial: { since: new Date() }, snapshot: false })
  aggregate('a', { events, initial: { n: 0 }, snapshot: true })
  aggregate('a', { events, initial: { n: 0 }, snapshot: { every: 7, revision: 2 } })
}

export function decisions() {
  Account.command('X', amount, (account, input, context) => {
    expectTypeOf(account).toEqualTypeOf<Readonly<{ status: string; balance: number }>>()
    // @ts-expect-error a rule decides, and changes nothing
    account.balance = 0
    expectTypeOf(input).toEqualTypeOf<{ amount: number }>()
    expectTypeOf(context.now).toEqualTypeOf<Date>()
    expectTypeOf(context.id).toEqualTypeOf<string>()
    return undefined
  })
  Account.command('X', amount, () => [])
  Account.command('X', amount, (_, input) => (input.amount > 0 ? [Deposited(input)] : []))
  // @ts-expect-error Foreign is no event of the account
  Account.command('X', amount, (_, input) => Foreign({ ...input, channel: 'x' }))
  // @ts-expect-error one of several is no event of the account
  Account.command('X', amount, (_, input) => [Deposited(input), Foreign({ ...input, channel: 'x' })])
  // @ts-expect-error on one of the ways it is no event of the account
  Account.command('X', amount, (_, input) => (input.amount ? Deposited(input) : Foreign({ amount: 1, channel: '' })))
  // @ts-expect-error a rule does not wait
  Account.command('X', amount, async (_, input) => Deposited(input))
  // @ts-expect-error the input has no such property
  Account.command('X', amount, (_, input) => Deposited({ amount: input.amuont }))
  // @ts-expect-error a text is no decision
  Account.command('X', amount, () => 'no')
  // @ts-expect-error details are JSON: "data.since is a Date, which is not JSON"
  Account.command('X', amount, () => reject('TooEarly', { since: new Date() }))
}

export function jointDecisions() {
  const accounts = { from: Account, to: Account }
  command('X', accounts, amount, (states, input, context) => {
    expectTypeOf(states.from).toEqualTypeOf<Readonly<{ status: string; balance: number }>>()
    expectTypeOf(context.ids.to).toEqualTypeOf<string>()
    // @ts-expect-error there is no such part
    context.ids.form
    return { to: Deposited(input) }
  })
  command('X', accounts, amount, () => undefined)
  command('X', accounts, amount, () => ({}))
  // @ts-expect-error Foreign is no event of the account
  command('X', accounts, amount, (_, input) => ({ from: Foreign({ ...input, channel: 'x' }) }))
  // @ts-expect-error a misspelt part alone
  command('X', accounts, amount, (_, input) => ({ form: Deposited(input) }))
  // @ts-expect-error a misspelt part beside a good one
  command('X', accounts, amount, (_, input) => ({ from: Deposited(input), ot: Deposited(input) }))
  // @ts-expect-error an event that says no part
  command('X', accounts, amount, (_, input) => Deposited(input))
  // @ts-expect-error a rule does not wait
  command('X', accounts, amount, async (_, input) => ({ to: Deposited(input) }))
}
