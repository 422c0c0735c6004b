/** What the compiler knows of boundaries and of authorisation, and what it refuses. */
import {
  boundary,
  type Command,
  command,
  commandWithin,
  type Daybook,
  event,
  inStream,
  open,
  type RecordedEvent,
  reject,
  unauthorised,
} from 'daybook'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { Account, Deposited, Foreign, Opened, Withdrawn, withdraw } from './domain.ts'

const Offered = event('Offered', z.object({ course: z.string(), capacity: z.number() }))
const Enrolled = event('Enrolled', z.object({ course: z.string(), student: z.string() }))
type EnrolledEvent = RecordedEvent<'Enrolled', { course: string; student: string }>

const SeatsOf = boundary('seats', {
  events: [Offered, Enrolled],
  tags: (course: string) => [`course:${course}`],
  initial: { capacity: 0, taken: 0 },
}).evolve({
  Offered: (seats, { capacity }, recorded) => {
    expectTypeOf(seats).toEqualTypeOf<Readonly<{ capacity: number; taken: number }>>()
    expectTypeOf(recorded).toEqualTypeOf<RecordedEvent<'Offered', { course: string; capacity: number }>>()
    return { ...seats, capacity }
  },
  Enrolled: (seats) => ({ ...seats, taken: seats.taken + 1 }),
})
const BalanceOf = boundary('balance', {
  events: [Deposited],
  tags: ({ bank, owner }: { bank: string; owner: number }) => [`bank:${bank}`, `owner:${owner}`],
  initial: { sum: 0 },
}).evolve({ Deposited: (balance, { amount }) => ({ sum: balance.sum + amount }) })

const input = z.object({ course: z.string(), student: z.string(), size: z.coerce.number() })
const seats = ({ course }: { course: string }) => ({ seats: SeatsOf(course) })

const enrol = commandWithin(
  'Enrol',
  input,
  ({ course, size }) => {
    expectTypeOf(size).toEqualTypeOf<number>()
    return { seats: SeatsOf(course), balance: BalanceOf({ bank: 'b', owner: size }) }
  },
  (states, { course, student }, circumstances) => {
    expectTypeOf(states.seats).toEqualTypeOf<Readonly<{ capacity: number; taken: number }>>()
    expectTypeOf(states.balance.sum).toEqualTypeOf<number>()
    expectTypeOf(circumstances.now).toEqualTypeOf<Date>()
    // @ts-expect-error there is no such part
    states.seat
    if (states.seats.taken >= states.seats.capacity) return reject('Full', { capacity: states.seats.capacity })
    if (states.balance.sum < 0) return reject('Poor')
    return inStream(`student-${student}`, Enrolled({ course, student }))
  },
)

export async function results(daybook: Daybook) {
  const result = await daybook.execute(enrol, { course: 'x', student: 'S', size: '7' }, { commandId: 'c' })
  expectTypeOf(result.status).toEqualTypeOf<'accepted' | 'rejected' | 'invalid' | 'unauthorised' | 'conflict'>()
  switch (result.status) {
    case 'accepted':
      expectTypeOf(result.events).toEqualTypeOf<readonly EnrolledEvent[]>()
      expectTypeOf(result.versions['student-S']).toEqualTypeOf<number | undefined>()
      return
    case 'rejected':
      expectTypeOf(result.reason).toEqualTypeOf<'Full' | 'Poor'>()
      if (result.reason === 'Full') expectTypeOf(result.details).toEqualTypeOf<{ capacity: number }>()
      return
    case 'conflict':
      expectTypeOf(result.after).toEqualTypeOf<number>()
      expectTypeOf(result.position).toEqualTypeOf<number>()
      // @ts-expect-error a boundary is not a stream
      result.stream
      return
    case 'invalid':
    case 'unauthorised':
      return
    default:
      expectTypeOf(result).toBeNever()
  }
}

export async function severalStreams(daybook: Daybook) {
  const both = commandWithin('Both', input, seats, (_, { course, student }) => [
    inStream(Account, student, [Opened({ owner: student }), Deposited({ amount: 1 })]),
    inStream('student-S', Enrolled({ course, student })),
  ])
  const result = await daybook.execute(both, { course: 'x', student: 'S', size: 1 })
  if (result.status !== 'accepted') return
  expectTypeOf(result.events[0]?.type).toEqualTypeOf<'Opened' | 'Deposited' | 'Enrolled' | undefined>()
}

export async function wrongCalls(daybook: Daybook) {
  // @ts-expect-error a command within boundaries takes no target
  await daybook.execute(enrol, 'x', { course: 'x', student: 'S', size: 1 })
  // @ts-expect-error the input lacks a property
  await daybook.execute(enrol, { course: 'x', size: 1 })
  // @ts-expect-error the input has no such property
  await daybook.execute(enrol, { course: 'x', student: 'S', size: 1, seat: 2 })
  // @ts-expect-error nobody knows at which version
  await daybook.execute(enrol, { course: 'x', student: 'S', size: 1 }, { expectedVersion: 1 })
  // @ts-expect-error a command over one aggregate needs its target
  await daybook.execute(withdraw, { amount: 20 })
}

export function wrongBoundaries() {
  const options = { events: [Offered, Enrolled], tags: (course: string) => [course], initial: { n: 0 } } as const
  const keep = <State>(state: State) => state
  // @ts-expect-error Enrolled is missing
  boundary('x', options).evolve({ Offered: keep })
  // @ts-expect-error Deposited is not one of its events
  boundary('x', options).evolve({ Offered: keep, Enrolled: keep, Deposited: keep })
  // @ts-expect-error the state's property has another type
  boundary('x', options).evolve({ Offered: () => ({ n: '0' }), Enrolled: keep })
  // @ts-expect-error a fold does not wait
  boundary('x', options).evolve({ Offered: async (state) => state, Enrolled: keep })
  // @ts-expect-error a tag is a text
  boundary('x', { ...options, tags: (course: number) => [course] })
  // @ts-expect-error the key is a text
  SeatsOf(7)
  // @ts-expect-error the key lacks a property
  BalanceOf({ bank: 'b' })
}

export function wrongRules() {
  const nothing = () => undefined
  // @ts-expect-error Withdrawn is no event of its boundaries
  commandWithin('X', input, seats, () => inStream('a-1', Withdrawn({ amount: 1 })))
  // @ts-expect-error one of several is none
  commandWithin('X', input, seats, (_, i) => [inStream('a-1', Enrolled(i)), inStream('a-2', Withdrawn({ amount: 1 }))])
  // @ts-expect-error Foreign is no event of the account
  commandWithin('X', input, seats, () => inStream(Account, 'A', Foreign({ amount: 1, channel: '' })))
  // @ts-expect-error an event that says no stream
  commandWithin('X', input, seats, (_, i) => Enrolled(i))
  // @ts-expect-error a stream has a category and an id
  inStream('student', Enrolled({ course: 'x', student: 'S' }))
  // @ts-expect-error a rule does not wait
  commandWithin('X', input, seats, async (_, i) => inStream('a-1', Enrolled(i)))
  // @ts-expect-error a text is no decision
  commandWithin('X', input, seats, () => 'no')
  // @ts-expect-error a definition is not yet a boundary: it wants its key
  commandWithin('X', input, () => ({ seats: SeatsOf }), nothing)
  // @ts-expect-error an aggregate is no boundary
  commandWithin('X', input, () => ({ account: Account }), nothing)
  // @ts-expect-error the input has no such property
  commandWithin('X', input, ({ curse }) => ({ seats: SeatsOf(curse) }), nothing)
  commandWithin('X', input, seats, () => undefined)
  commandWithin('X', input, seats, () => [])
}

const amount = z.object({ amount: z.coerce.number() })

export async function authorised(daybook: Daybook) {
  const owned = Account.command('X', amount, (_, given) => Deposited(given), {
    authorise: async (request) => {
      expectTypeOf(request.input).toEqualTypeOf<{ amount: number }>()
      expectTypeOf(request.target).toEqualTypeOf<string>()
      expectTypeOf(request.actor).toEqualTypeOf<string | undefined>()
      if (request.actor === undefined) return unauthorised('Nobody')
      return request.input.amount > 10 ? unauthorised('TooMuch', { most: 10 }) : undefined
    },
  })
  const result = await daybook.execute(owned, 'A', { amount: 1 })
  if (result.status !== 'unauthorised') return
  if (result.by === 'daybook') {
    expectTypeOf(result.reason).toEqualTypeOf<string>()
    return
  }
  expectTypeOf(result.reason).toEqualTypeOf<'Nobody' | 'TooMuch'>()
  // @ts-expect-error a misspelt reason
  if (result.reason === 'TooMany') return
  if (result.reason === 'TooMuch') expectTypeOf(result.details).toEqualTypeOf<{ most: number }>()
}

export function otherHooks() {
  command('X', { from: Account, to: Account }, amount, () => undefined, {
    authorise: ({ target, actor }) => {
      expectTypeOf(target).toEqualTypeOf<{ readonly from: string; readonly to: string }>()
      return target.from === actor ? undefined : unauthorised('NotYours')
    },
  })
  commandWithin('X', input, seats, () => undefined, {
    authorise: ({ target, input: given }) => {
      expectTypeOf(target).toEqualTypeOf<undefined>()
      return given.size > 7 ? unauthorised('TooLarge') : undefined
    },
  })
  Account.command('X', amount, () => undefined, { authorise: () => undefined })
  Account.command('X', amount, () => undefined, {})
  // @ts-expect-error yes and no are no answers: a hook that was meant the other way round would let everybody in
  Account.command('X', amount, () => undefined, { authorise: ({ actor }) => actor === 'ada' })
  // @ts-expect-error a rejection is the rule's
  Account.command('X', amount, () => undefined, { authorise: () => reject('No') })
  const decide = () => undefined
  // @ts-expect-error the input has no such property
  Account.command('X', amount, decide, { authorise: ({ input: { amuont } }) => amuont && undefined })
  // @ts-expect-error details are JSON: "data.at is a Date, which is not JSON"
  Account.command('X', amount, () => undefined, { authorise: () => unauthorised('No', { at: new Date() }) })
  open('memory:', { authorise: ({ actor }) => (actor === 'ada' ? undefined : unauthorised('No')) })
  // @ts-expect-error yes and no are no answers
  open('memory:', { authorise: async ({ actor }) => actor === 'ada' })
}

/** A command's type may be named without its hook. */
expectTypeOf(withdraw).toExtend<Command<typeof Account, typeof withdraw.schema, ReturnType<typeof withdraw.decide>>>()
