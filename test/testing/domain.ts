/** What the tests of the test kit are about: accounts, with an old shape, a joint command and rules that misbehave. */
import { aggregate, boundary, command, commandWithin, event, inStream, readModel, reject, unauthorised } from 'daybook'
import { z } from 'zod'

export const Opened = event('Opened', z.object({ owner: z.string() }))
export const Deposited = event('Deposited', z.object({ amount: z.int().positive(), note: z.string().optional() }))
export const Withdrawn = event('Withdrawn', z.object({ amount: z.int() })).next(
  z.object({ amount: z.int(), channel: z.string() }),
  (v1) => ({ ...v1, channel: 'branch' }),
)
export const Closed = event('Closed', z.object({}), { tags: () => ['closed'] })
export const Foreign = event('Foreign', z.object({ amount: z.int() }))

export const Account = aggregate('account', {
  events: [Opened, Deposited, Withdrawn, Closed],
  initial: { open: false, balance: 0 },
}).evolve({
  Opened: (account) => ({ ...account, open: true }),
  Deposited: (account, { amount }) => ({ ...account, balance: account.balance + amount }),
  Withdrawn: (account, { amount }) => ({ ...account, balance: account.balance - amount }),
  Closed: (account) => ({ ...account, open: false }),
})

export const Other = aggregate('other', { events: [Foreign], initial: { sum: 0 } }).evolve({
  Foreign: ({ sum }, { amount }) => ({ sum: sum + amount }),
})
export const spend = Other.command('Spend', z.object({ amount: z.int() }), (_, input) => Foreign(input))

const movement = z.object({ amount: z.int().positive(), channel: z.string().default('atm') })

export const withdraw = Account.command('Withdraw', movement, (account, input) => {
  if (!account.open) return reject('NotOpen')
  if (account.balance < input.amount) return reject('InsufficientFunds', { balance: account.balance })
  return Withdrawn(input)
})

export const openWith = Account.command(
  'OpenWith',
  z.object({ owner: z.string(), amount: z.int().positive() }),
  (account, { owner, amount }, { now, id, actor }) => {
    if (account.open) return []
    const note = `${id} by ${actor ?? 'nobody'} on ${now.toISOString().slice(0, 10)}`
    return [Opened({ owner }), Deposited({ amount, note }, { metadata: { first: true } })]
  },
)

export const close = Account.command('Close', z.object({}), (account) => (account.open ? Closed({}) : undefined))

export const transfer = command(
  'Transfer',
  { from: Account, to: Account },
  z.object({ amount: z.int().positive() }),
  ({ from, to }, { amount }, { ids }) => {
    if (!to.open) return reject('NotOpen', { part: 'to' as const })
    if (from.balance < amount) return reject('InsufficientFunds', { balance: from.balance })
    return { from: Withdrawn({ amount, channel: ids.to }), to: [Deposited({ amount })] }
  },
)

export const slow = Account.command(
  'Slow',
  z.object({ amount: z.int().refine(async (amount) => amount > 0) }),
  (account, { amount }) => (account.open ? Deposited({ amount }) : reject('NotOpen')),
)

export const balances = readModel('balances', {
  events: [Deposited, Withdrawn, Closed],
  key: ({ stream }) => stream.id,
  initial: { balance: 0 },
}).evolve({
  Deposited: (row, { amount }) => ({ balance: row.balance + amount }),
  Withdrawn: (row, { amount }) => ({ balance: row.balance - amount }),
  Closed: () => undefined,
})

export const audit = Account.command('Audit', z.object({}), (account) => (account.open ? Closed({}) : undefined), {
  authorise: ({ actor }) => (actor === 'auditor' ? undefined : unauthorised('NotAnAuditor', { actor: actor ?? null })),
})

export const slowAudit = Account.command('SlowAudit', z.object({}), () => undefined, {
  authorise: async () => unauthorised('Never'),
})

export const CourseOffered = event('CourseOffered', z.object({ course: z.string(), capacity: z.int() }), {
  tags: ({ course }) => [`course:${course}`],
})
export const StudentEnrolled = event('StudentEnrolled', z.object({ course: z.string(), student: z.string() }), {
  tags: ({ course, student }) => [`course:${course}`, `student:${student}`],
})

const SeatsOf = boundary('seats', {
  events: [CourseOffered, StudentEnrolled],
  tags: (course: string) => [`course:${course}`],
  initial: { capacity: 0, taken: 0 },
}).evolve({
  CourseOffered: (seats, { capacity }) => ({ ...seats, capacity }),
  StudentEnrolled: (seats) => ({ ...seats, taken: seats.taken + 1 }),
})

export const enrol = commandWithin(
  'Enrol',
  z.object({ course: z.string().min(1), student: z.string() }),
  ({ course }) => ({ seats: SeatsOf(course) }),
  ({ seats }, { course, student }) => {
    if (seats.taken >= seats.capacity) return reject('CourseIsFull', { capacity: seats.capacity })
    return inStream(`student-${student}`, StudentEnrolled({ course, student }))
  },
)
