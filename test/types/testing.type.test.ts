/** What the compiler knows of given, when, then: what does not belong to the command cannot be expected of it. */
import { command, inStream } from 'daybook'
import { given, recorded, stored } from 'daybook/testing'
import { z } from 'zod'
import { Account as Audited, audit, CourseOffered, enrol, StudentEnrolled } from '../testing/domain.ts'
import { Account, balances, Deposited, Foreign, Opened, openAndFund, transfer, Withdrawn, withdraw } from './domain.ts'

const opened = Opened({ owner: 'Ada' })
const foreign = Foreign({ amount: 1, channel: 'x' })
const withdrawn = Withdrawn({ amount: 20 })

export function givenEvents() {
  given(Account)
  given(Account, opened, recorded(Deposited({ amount: 1 })), stored('Withdrawn', 1, { amount: 1 }))
  // @ts-expect-error Foreign is no event of the account
  given(Account, foreign)
  // @ts-expect-error nor is it when it is recorded
  given(Account, recorded(foreign))
  // @ts-expect-error a definition is not an event
  given(Account, Opened)
  // @ts-expect-error its data lacks a property
  given(Account, Opened({}))
  // @ts-expect-error a read model is nothing that happened
  given(balances)
}

export function whenAsked() {
  // @ts-expect-error the input lacks a property
  given(Account).when(withdraw, {})
  // @ts-expect-error the input's property has another type
  given(Account).when(withdraw, { amount: '20' })
  // @ts-expect-error there is no such circumstance
  given(Account).when(withdraw, { amount: 20 }, { actr: 'x' })
  // @ts-expect-error a joint command has parts
  given(Account).when(transfer, { amount: 20 })
  // @ts-expect-error a read model is not asked
  given(Account).when(balances, {})
}

export function thenEvents() {
  const outcome = given(Account, opened).when(withdraw, { amount: 20 })
  outcome.then(withdrawn)
  outcome.then(withdrawn, withdrawn)
  // @ts-expect-error it is never one of its events
  outcome.then(Deposited({ amount: 20 }))
  // @ts-expect-error one of them is never one of its events
  outcome.then(withdrawn, opened)
  // @ts-expect-error nothing is said by thenNothing
  outcome.then()
  outcome.thenNothing()
  given(Account)
    .when(openAndFund, { amount: 1 })
    .then(opened, Deposited({ amount: 1 }))
  outcome.thenState({ status: 'open', balance: 80 })
  // @ts-expect-error the state has no such property
  outcome.thenState({ status: 'open', blance: 80 })
}

export function thenRejected() {
  const outcome = given(Account, opened).when(withdraw, { amount: 20 })
  outcome.thenRejected('NotOpen')
  outcome.thenRejected('InsufficientFunds')
  outcome.thenRejected('InsufficientFunds', { balance: 0 })
  // @ts-expect-error a misspelt reason
  outcome.thenRejected('InsufficentFunds')
  // @ts-expect-error the details have another type
  outcome.thenRejected('InsufficientFunds', { balance: '0' })
  // @ts-expect-error the details of this reason are others
  outcome.thenRejected('InsufficientFunds', { owner: 'Ada' })
  // @ts-expect-error this reason has no details
  outcome.thenRejected('NotOpen', { balance: 0 })
  // @ts-expect-error it never rejects
  given(Account).when(openAndFund, { amount: 1 }).thenRejected('NotOpen')
}

export function jointly() {
  const outcome = given({ from: [opened, Deposited({ amount: 50 })], to: opened }).when(transfer, { amount: 20 })
  outcome.then({ from: withdrawn, to: Deposited({ amount: 20 }) })
  outcome.then({ from: [withdrawn, withdrawn] })
  outcome.thenRejected('InsufficientFunds', { balance: 0 })
  outcome.thenState({ from: { status: 'open', balance: 30 } })
  // @ts-expect-error the part never gets such an event
  outcome.then({ to: withdrawn })
  // @ts-expect-error there is no such part
  outcome.then({ via: withdrawn })
  // @ts-expect-error a command over several has events by part
  outcome.then(withdrawn)
  // @ts-expect-error there is no such part
  given({ form: opened }).when(transfer, { amount: 20 })
  // @ts-expect-error Foreign is no event of the part's aggregate
  given({ from: foreign }).when(transfer, { amount: 20 })
  // @ts-expect-error a command over one aggregate
  given({ from: opened }).when(withdraw, { amount: 20 })
  given({ from: opened }).when(transfer, { amount: 20 }, { ids: { from: 'A17' } })
  // @ts-expect-error there is no such part
  given({ from: opened }).when(transfer, { amount: 20 }, { ids: { via: 'A17' } })
  const oneOnly = command('X', { from: Account, to: Account }, z.object({}), () => ({ to: Deposited({ amount: 1 }) }))
  const outcomeOfOne = given({}).when(oneOnly, {})
  // @ts-expect-error this part never gets any
  outcomeOfOne.then({ from: Deposited({ amount: 1 }) })
}

export function within() {
  const outcome = given(CourseOffered({ course: 'db', capacity: 2 })).when(enrol, { course: 'db', student: 'a' })
  outcome.then(inStream('student-a', StudentEnrolled({ course: 'db', student: 'a' })))
  outcome.thenRejected('CourseIsFull', { capacity: 2 })
  outcome.thenState({ seats: { capacity: 2, taken: 1 } })
  // @ts-expect-error it never records such an event
  outcome.then(inStream('student-a', CourseOffered({ course: 'db', capacity: 2 })))
  // @ts-expect-error it is said in which stream
  outcome.then(StudentEnrolled({ course: 'db', student: 'a' }))
  // @ts-expect-error a misspelt reason
  outcome.thenRejected('CourseFull')
  // @ts-expect-error there is no such part
  outcome.thenState({ seat: { capacity: 2, taken: 1 } })
  // @ts-expect-error a command over one aggregate
  given(opened).when(withdraw, { amount: 1 })
  // @ts-expect-error a command within boundaries has no aggregate
  given(Account).when(enrol, { course: 'db', student: 'a' })
}

export function whoMay() {
  const outcome = given(Audited).when(audit, {}, { actor: 'eve' })
  outcome.thenUnauthorised('NotAnAuditor')
  outcome.thenUnauthorised('NotAnAuditor', { actor: 'eve' })
  // @ts-expect-error a misspelt reason
  outcome.thenUnauthorised('NoAuditor')
  // @ts-expect-error everybody may
  given(Account).when(withdraw, { amount: 1 }).thenUnauthorised('NotAnAuditor')
}

export function readModels() {
  given(inStream('account-A17', [withdrawn, opened]), foreign)
    .project(balances)
    .then({ A17: { balance: -20 } })
  const rows = given(withdrawn).project(balances)
  // @ts-expect-error the row has no such property
  rows.then({ A17: { blance: -20 } })
  // @ts-expect-error an aggregate has no rows
  given(withdrawn).project(Account)
}

export function upcasters() {
  const old = given(stored('Withdrawn', 1, { amount: 20 }))
  old.read(Withdrawn).then(withdrawn)
  old.read(Withdrawn, Deposited).then(withdrawn)
  // @ts-expect-error it reads as none of these
  old.read(Withdrawn).then(opened)
  // @ts-expect-error an old event is read with definitions
  old.read()
}

export async function asynchronously() {
  const answer: Promise<void> = given(Account).whenAsync(withdraw, { amount: 20 }).thenRejected('NotOpen')
  await answer
  // @ts-expect-error it is a promise, which a test must await
  const atOnce: undefined = given(Account).whenAsync(withdraw, { amount: 20 }).thenRejected('NotOpen')
  return atOnce
}
