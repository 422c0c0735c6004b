/** given, when, then: each expectation holds where it should, and says in words what is different where it does not. */
import { AssertionError } from 'node:assert'
import { commandWithin, inStream, readModel } from 'daybook'
import { given, recorded, stored } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import {
  Account,
  audit,
  balances,
  Closed,
  CourseOffered,
  close,
  Deposited,
  enrol,
  Foreign,
  Opened,
  openWith,
  StudentEnrolled,
  slow,
  slowAudit,
  spend,
  transfer,
  Withdrawn,
  withdraw,
} from './domain.ts'

const open = [Opened({ owner: 'Ada' }), Deposited({ amount: 100 })] as const

/** The AssertionError that the work fails with. */
function unmet(work: () => void): AssertionError {
  try {
    work()
  } catch (error) {
    if (error instanceof AssertionError) return error
    throw error
  }
  throw new Error('It passes.')
}

describe('a command over one aggregate', () => {
  test('records the events expected', () => {
    given(Account, ...open)
      .when(withdraw, { amount: 20 })
      .then(Withdrawn({ amount: 20, channel: 'atm' }))
    given(Account)
      .when(openWith, { owner: 'Ada', amount: 1 })
      .then(Opened({ owner: 'Ada' }), Deposited({ amount: 1, note: '1 by nobody on 2025-01-01' }))
    given(Account, ...open)
      .when(close, {})
      .then(Closed({}))
  })

  test('is told of the circumstances given', () => {
    given(Account)
      .when(openWith, { owner: 'Ada', amount: 1 }, { id: 'A17', actor: 'teller-4', now: '2026-03-31' })
      .then(Opened({ owner: 'Ada' }), Deposited({ amount: 1, note: 'A17 by teller-4 on 2026-03-31' }))
    expect(() => given(Account).when(close, {}, { now: 'today' })).toThrow('now')
    given(Account, recorded(Closed({}), { at: '2026-04-01' }))
      .when(openWith, { owner: 'Ada', amount: 1 })
      .then(Opened({ owner: 'Ada' }), Deposited({ amount: 1, note: '1 by nobody on 2026-04-01' }))
  })

  test('finds in its stream what was stored in an older shape', () => {
    given(Account, ...open, stored('Withdrawn', 1, { amount: 30 }))
      .when(withdraw, { amount: 80 })
      .thenRejected('InsufficientFunds', { balance: 70 })
  })

  test('is rejected for the reason expected, and with its details where they are given', () => {
    given(Account).when(withdraw, { amount: 20 }).thenRejected('NotOpen')
    given(Account, ...open)
      .when(withdraw, { amount: 101 })
      .thenRejected('InsufficientFunds')
    given(Account, ...open)
      .when(withdraw, { amount: 101 })
      .thenRejected('InsufficientFunds', { balance: 100 })
  })

  test('records nothing, and leaves or makes a state', () => {
    given(Account, ...open)
      .when(openWith, { owner: 'Eve', amount: 1 })
      .thenNothing()
    given(Account, ...open)
      .when(withdraw, { amount: 20 })
      .thenState({ open: true, balance: 80 })
    given(Account, ...open).thenState({ open: true, balance: 100 })
  })

  test('refuses its input at the paths expected, in any order', () => {
    given(Account).when(openWith, { owner: 'Ada', amount: -1 }).thenInvalid('amount')
    // @ts-expect-error as a caller without types would
    given(Account).when(openWith, { amount: 'much' }).thenInvalid('owner', 'amount')
    given(Account).when(openWith, { owner: 'Ada', amount: 0.5 }).thenInvalid()
  })

  test('that validates asynchronously is awaited, and says so when it is not', async () => {
    expect(() => given(Account).when(slow, { amount: 1 })).toThrow('await given(…).whenAsync(…)')
    await given(Account).whenAsync(slow, { amount: 1 }).thenRejected('NotOpen')
    await given(Account, ...open)
      .whenAsync(slow, { amount: 1 })
      .then(Deposited({ amount: 1 }))
    await given(Account).whenAsync(slow, { amount: 0 }).thenInvalid('amount')
    await expect(
      given(Account, ...open)
        .whenAsync(slow, { amount: 1 })
        .thenNothing(),
    ).rejects.toThrow('was expected to')
  })
})

describe('what is not as expected', () => {
  const outcome = given(Account, ...open).when(withdraw, { amount: 20 })

  test('is said by path, with both values for the runner to show', () => {
    const error = unmet(() => outcome.then(Withdrawn({ amount: 25, channel: 'atm' })))
    expect(error.message).toBe(
      'Withdraw does not decide as expected:\n  event 1 (Withdrawn) data.amount is 20, expected 25',
    )
    expect(error.actual).toEqual([{ type: 'Withdrawn', data: { amount: 20, channel: 'atm' } }])
    expect(error.expected).toEqual([{ type: 'Withdrawn', data: { amount: 25, channel: 'atm' } }])
    expect(error.stack?.split('\n')[2]).toContain('given.test.ts')
  })

  test('is said of events that are missing, too many, or others', () => {
    const withdrawn = Withdrawn({ amount: 20, channel: 'atm' })
    expect(unmet(() => outcome.then(withdrawn, withdrawn)).message).toContain(
      "event 2 is missing, expected Withdrawn { amount: 20, channel: 'atm' }",
    )
    const opening = given(Account).when(openWith, { owner: 'Ada', amount: 1 })
    expect(unmet(() => opening.then(Opened({ owner: 'Ada' }))).message).toMatch(
      /event 2 is Deposited \{ amount: 1, note: .* \}, and was not expected/,
    )
    expect(unmet(() => opening.then(Deposited({ amount: 1 }), Opened({ owner: 'Ada' }))).message).toContain(
      "event 1 is Opened { owner: 'Ada' }, expected Deposited { amount: 1 }",
    )
  })

  test('looks at metadata where the expected event says some, and at tags always', () => {
    const opening = given(Account).when(openWith, { owner: 'Ada', amount: 1 })
    const deposited = { amount: 1, note: '1 by nobody on 2025-01-01' }
    opening.then(Opened({ owner: 'Ada' }), Deposited(deposited, { metadata: { first: true } }))
    const other = Deposited(deposited, { metadata: { first: false } })
    expect(unmet(() => opening.then(Opened({ owner: 'Ada' }), other)).message).toContain(
      'event 2 (Deposited) metadata.first is true, expected false',
    )
    const untagged = { ...Closed({}), tags: [] }
    expect(
      unmet(() =>
        given(Account, ...open)
          .when(close, {})
          .then(untagged),
      ).message,
    ).toContain("event 1 (Closed) tags is [ 'closed' ], and was not expected")
  })

  test('is said of another outcome', () => {
    expect(unmet(() => outcome.thenRejected('NotOpen')).message).toBe(
      "Withdraw was expected to be rejected: NotOpen; it records\n  Withdrawn { amount: 20, channel: 'atm' }",
    )
    expect(unmet(() => outcome.thenNothing()).message).toContain('was expected to record nothing; it records')
    expect(unmet(() => outcome.thenInvalid('amount')).message).toContain('was expected to refuse the input at amount')
    const refused = given(Account, ...open).when(withdraw, { amount: 101 })
    expect(unmet(() => refused.thenRejected('NotOpen')).message).toBe(
      'Withdraw was expected to be rejected: NotOpen; it is rejected: InsufficientFunds { balance: 100 }',
    )
    expect(unmet(() => refused.thenRejected('InsufficientFunds', { balance: 99 })).message).toBe(
      'Withdraw is rejected: InsufficientFunds, with other details:\n  details.balance is 100, expected 99',
    )
    const invalid = given(Account).when(openWith, { owner: 'Ada', amount: -1 })
    expect(unmet(() => invalid.thenNothing()).message).toMatch(/its input is refused:\n {2}amount: /)
    expect(unmet(() => invalid.thenInvalid('owner')).message).toMatch(
      /owner is not refused\n {2}amount is refused, which was not expected: /,
    )
  })

  test('is said of states', () => {
    expect(unmet(() => outcome.thenState({ open: true, balance: 1 })).message).toContain(
      'state.balance is 80, expected 1',
    )
    expect(unmet(() => given(Account).thenState({ open: true, balance: 0 })).message).toContain(
      'state.open is false, expected true',
    )
  })

  test('is said of an expectation that was forgotten, or of an event that was not made', async () => {
    await expect(Promise.resolve(outcome as unknown)).rejects.toThrow('Nothing is expected yet')
    await expect(Promise.resolve(given().project(balances) as unknown)).rejects.toThrow('Nothing is expected yet')
    // @ts-expect-error the definition is not an event
    expect(() => outcome.then(Withdrawn)).toThrow('make Withdrawn with its data')
  })
})

describe('what definitions do wrong', () => {
  test('fails as it would fail for real', () => {
    const { initial } = Account
    const mutating = Account.command('Mutate', withdraw.schema, (account) => {
      // @ts-expect-error nor does it compile
      account.balance = 7
      return undefined
    })
    expect(() => given(Account, ...open).when(mutating, { amount: 1 })).toThrow('leaves the state that it is given')
    // @ts-expect-error a rule does not wait
    const waiting = Account.command('Wait', withdraw.schema, async () => undefined)
    expect(() => given(Account).when(waiting, { amount: 1 })).toThrow('decides asynchronously')
    const refused = Account.command('X', withdraw.schema, () =>
      Deposited({ amount: 1 }, { metadata: { n: Number.NaN } }),
    )
    expect(() => given(Account).when(refused, { amount: 1 })).toThrow('metadata.n is NaN')
    expect(() => given(Account, stored('Foreign', 1, {})).when(close, {})).toThrow('not defined here')
    expect(initial.balance).toBe(0)
  })

  test('is not mixed up with another aggregate', () => {
    // @ts-expect-error a command of another aggregate
    expect(() => given(Account).when(spend, { amount: 1 })).toThrow('Spend is a command of other, given was account.')
  })
})

describe('a joint command', () => {
  const both = { from: open, to: Opened({ owner: 'Bruno' }) }

  test('records events for its parts, together', () => {
    given(both)
      .when(transfer, { amount: 20 }, { ids: { to: 'B4' } })
      .then({ from: Withdrawn({ amount: 20, channel: 'B4' }), to: Deposited({ amount: 20 }) })
    given(both)
      .when(transfer, { amount: 20 })
      .thenState({ from: { open: true, balance: 80 }, to: { open: true, balance: 20 } })
  })

  test('is rejected, or refuses its input', () => {
    given({ from: open }).when(transfer, { amount: 20 }).thenRejected('NotOpen', { part: 'to' })
    given(both).when(transfer, { amount: -1 }).thenInvalid('amount')
    given(both)
      .when(transfer, { amount: 1 }, { ids: { from: 'A', to: 'A' } })
      .thenInvalid('input')
  })

  test('says for which part it is not as expected', () => {
    const outcome = given(both).when(transfer, { amount: 20 })
    const error = unmet(() =>
      outcome.then({ from: Withdrawn({ amount: 20, channel: 'to' }), to: Deposited({ amount: 2 }) }),
    )
    expect(error.message).toContain('to: event 1 (Deposited) data.amount is 20, expected 2')
    expect(unmet(() => outcome.then({ to: Deposited({ amount: 20 }) })).message).toContain('from: event 1 is Withdrawn')
    expect(unmet(() => outcome.thenState({ to: { open: true, balance: 1 } })).message).toContain('to.balance is 20')
  })

  test('has no part that it has not', () => {
    // @ts-expect-error there is no such part
    expect(() => given({ via: open }).when(transfer, { amount: 1 })).toThrow(
      'Transfer has no part via; it has from, to.',
    )
    const outcome = given(both).when(transfer, { amount: 20 })
    // @ts-expect-error there is no such part
    expect(() => outcome.then({ via: Deposited({ amount: 20 }) })).toThrow('via: ')
  })
})

describe('a read model', () => {
  const log = [
    inStream('account-A17', [
      Deposited({ amount: 100 }),
      Opened({ owner: 'Ada' }),
      Withdrawn({ amount: 20, channel: 'atm' }),
    ]),
    inStream('account-B4', Deposited({ amount: 5 })),
  ] as const

  test('has the rows expected, from the events that it names', () => {
    given(...log)
      .project(balances)
      .then({ A17: { balance: 80 }, B4: { balance: 5 } })
    given(...log, recorded(Closed({}), { stream: 'account-B4' }))
      .project(balances)
      .then({ A17: { balance: 80 } })
    given().project(balances).then({})
    given(inStream('account-A17', stored('Withdrawn', 1, { amount: 2 })))
      .project(balances)
      .then({ A17: { balance: -2 } })
  })

  test('says which rows are not as expected', () => {
    const error = unmet(() =>
      given(...log)
        .project(balances)
        .then({ A17: { balance: 81 }, C1: { balance: 0 } }),
    )
    expect(error.message).toBe(
      'The rows of balances are not as expected:\n' +
        '  A17.balance is 80, expected 81\n  C1 is missing, expected { balance: 0 }\n' +
        '  B4 is { balance: 5 }, and was not expected',
    )
    expect(error.actual).toEqual({ A17: { balance: 80 }, B4: { balance: 5 } })
  })

  test('must not go by the batch, nor change a row in place', () => {
    let calls = 0
    const counting = readModel('counting', { events: [Deposited], key: () => 'all', initial: { n: 0 } }).evolve({
      Deposited: () => ({ n: ++calls }),
    })
    expect(() => given(...log).project(counting)).toThrow(
      'gives other rows when its events come one by one: rows.all.n',
    )
    const changing = readModel('changing', { events: [Deposited], key: () => 'all', initial: { n: 0 } }).evolve({
      Deposited: (row) => Object.assign(row, { n: 1 }),
    })
    expect(() => given(...log).project(changing)).toThrow('The projection changing stopped before position 1')
  })
})

describe('an upcaster', () => {
  test('lifts what was stored to the events expected', () => {
    given(stored('Withdrawn', 1, { amount: 20 }))
      .read(Withdrawn)
      .then(Withdrawn({ amount: 20, channel: 'branch' }))
  })

  test('says what reads otherwise, and what cannot be read', () => {
    const old = given(stored('Withdrawn', 1, { amount: 20 }))
    expect(unmet(() => old.read(Withdrawn).then(Withdrawn({ amount: 20, channel: 'atm' }))).message).toBe(
      "The events do not read as expected:\n  event 1 (Withdrawn) data.channel is 'branch', expected 'atm'",
    )
    expect(() => given(stored('Withdrawn', 3, {})).read(Withdrawn)).toThrow('written by a newer release')
    expect(() => given(Foreign({ amount: 1 })).read(Withdrawn, Deposited)).toThrow('not defined here')
  })
})

describe('events for tests', () => {
  test('stand where they are said to stand, at times that are the same in every run', () => {
    expect(recorded(Deposited({ amount: 1 }))).toEqual({
      id: '00000000-0000-7000-8000-000000000001',
      type: 'Deposited',
      data: { amount: 1 },
      schemaVersion: 1,
      metadata: {},
      tags: [],
      stream: { name: 'test-1', category: 'test', id: '1' },
      version: 1,
      position: 1,
      recordedAt: new Date('2025-01-01'),
    })
    const given = {
      stream: 'account-A17',
      at: '2026-03-31T12:00:00Z',
      version: 7,
      position: 40,
      metadata: { actor: 'x' },
    }
    expect(recorded(Withdrawn({ amount: 1, channel: 'atm' }), given)).toMatchObject({
      schemaVersion: 2,
      stream: { id: 'A17' },
      version: 7,
      position: 40,
      recordedAt: new Date('2026-03-31T12:00:00Z'),
      metadata: { actor: 'x' },
    })
    expect(() => recorded(Deposited({ amount: 1 }), { at: 'yesterday' })).toThrow('is not a time')
    expect(() => recorded(Deposited({ amount: 1 }), { stream: 'account' })).toThrow('lacks a category or an id')
  })

  test('stand in a log in the order in which they are given', () => {
    const places = readModel('places', {
      events: [Deposited],
      key: ({ data }) => String(data.amount),
      initial: { version: 0, position: 0, at: '' },
    }).evolve({
      Deposited: (_row, _data, { version, position, recordedAt }) => ({
        version,
        position,
        at: recordedAt.toISOString(),
      }),
    })
    const late = recorded(Deposited({ amount: 2 }), { at: '2026-03-31', version: 5 })
    const [at, then] = ['2025-01-01T00:00:00.000Z', '2026-03-31T00:00:00.000Z']
    given(inStream('account-A17', [Deposited({ amount: 1 }), late, Deposited({ amount: 3 })]), Deposited({ amount: 4 }))
      .project(places)
      .then({
        1: { version: 1, position: 1, at },
        2: { version: 5, position: 2, at: then },
        3: { version: 6, position: 3, at: then },
        4: { version: 1, position: 4, at: then },
      })
  })
})

describe('a command within boundaries', () => {
  const offered = CourseOffered({ course: 'db', capacity: 2 })
  const enrolled = (student: string, course = 'db') => StudentEnrolled({ course, student })

  test('is decided on what its boundaries cover, whatever its stream', () => {
    given(offered, inStream('student-a', enrolled('a')))
      .when(enrol, { course: 'db', student: 'b' })
      .then(inStream('student-b', enrolled('b')))
    given(offered, enrolled('a'), enrolled('b'))
      .when(enrol, { course: 'db', student: 'c' })
      .thenRejected('CourseIsFull', { capacity: 2 })
    given(offered, enrolled('a', 'other'), enrolled('b', 'other'))
      .when(enrol, { course: 'db', student: 'c' })
      .thenState({ seats: { capacity: 2, taken: 1 } })
    given().when(enrol, { course: 'db', student: 'c' }).thenRejected('CourseIsFull', { capacity: 0 })
    given(offered).when(enrol, { course: '', student: 'c' }).thenInvalid('course')
  })

  test('says of which stream it is not as expected', () => {
    const outcome = given(offered).when(enrol, { course: 'db', student: 'b' })
    expect(unmet(() => outcome.then(inStream('student-c', enrolled('b')))).message).toBe(
      'Enrol does not decide as expected:\n' +
        "  student-c: event 1 is missing, expected StudentEnrolled { course: 'db', student: 'b' }\n" +
        "  student-b: event 1 is StudentEnrolled { course: 'db', student: 'b' }, and was not expected",
    )
    expect(unmet(() => outcome.thenState({ seats: { capacity: 2, taken: 0 } })).message).toContain('seats.taken is 1')
  })

  test('is held to its contract as it is for real', () => {
    const untagged = commandWithin('X', enrol.schema, enrol.within, (_, { student }) =>
      inStream(`student-${student}`, { ...enrolled(student), tags: [] }),
    )
    expect(() => given(offered).when(untagged, { course: 'db', student: 'b' })).toThrow(
      'no boundary of it would see it',
    )
  })
})

describe('who may ask', () => {
  test('is told by the command’s own hook, before its rule', () => {
    given(Account).when(audit, {}, { actor: 'eve' }).thenUnauthorised('NotAnAuditor', { actor: 'eve' })
    given(Account, ...open)
      .when(audit, {}, { actor: 'auditor' })
      .then(Closed({}))
    const outcome = given(Account).when(audit, {}, { actor: 'auditor' })
    expect(unmet(() => outcome.thenUnauthorised('NotAnAuditor')).message).toBe(
      'Audit was expected to be unauthorised: NotAnAuditor; it records nothing',
    )
  })

  test('is awaited where the hook takes its time', async () => {
    expect(() => given(Account).when(slowAudit, {})).toThrow('await given(…).whenAsync(…)')
    await given(Account).whenAsync(slowAudit, {}).thenUnauthorised('Never')
  })
})
