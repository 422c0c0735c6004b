/**
 * A year in the life of a small bank, made from a seed: salaries, rents, purchases, cash, overdrafts, people who come
 * and people who leave. The same seed gives the same bookings in the same order with the same ids, in every run, so a
 * run that was interrupted goes on where it stopped.
 *
 * People do not look at their balance before they pay: some of what they ask for is refused, as in life. The balances
 * kept here serve those who leave, and have to take along what is there.
 */

import { createRandom, type Random } from '../shared/random.ts'
import type { Booking, Order } from './booking.ts'
import { type Company, type Customers, inventCustomers, type Person } from './customers.ts'
import { addDays, type Day } from './dates.ts'

export interface YearOptions {
  readonly seed: number
  /** How many customers the bank has in the course of the year: 2 or more. */
  readonly customers: number
}

const FIRST_DAY = '2025-01-01'
const DAYS = 365
const RENT_DAY = 3
const REVENUE_DAY = 20
const SHOPPING = ['Groceries', 'Pharmacy', 'Books', 'Shoes', 'Restaurant', 'Cinema', 'Train ticket'] as const

interface Life extends Customers {
  readonly random: Random
  /** By account, in minor units, as far as the bank will have gone along. */
  readonly balances: Map<string, number>
}

/** The year's bookings, one by one, in the order of their days. */
export function* yearOfBank({ seed, customers }: YearOptions): Generator<Booking> {
  const random = createRandom(seed)
  const life: Life = { random, balances: new Map(), ...inventCustomers(random, customers, FIRST_DAY) }
  const overdrafts = new Map(life.people.map(({ account, overdraft }) => [account, overdraft]))
  let count = 0
  for (let index = 0; index < DAYS; index++) {
    const day = addDays(FIRST_DAY, index)
    for (const order of ordersOf(life, day)) {
      keepBalance(life.balances, overdrafts, order)
      yield { ...order, id: `year-${seed}-${customers}:${++count}`, day }
    }
  }
}

function* ordersOf(life: Life, day: Day): Generator<Order> {
  for (const company of life.companies) yield* dayOfCompany(company, day)
  for (const person of life.people) {
    if (isCustomer(person, day)) yield* dayOfPerson(life, person, day)
  }
}

function isCustomer({ opensOn, leavesOn }: Person, day: Day): boolean {
  return opensOn <= day && (leavesOn === undefined || day <= leavesOn)
}

function* dayOfCompany({ account, holder, opensOn, revenue }: Company, day: Day): Generator<Order> {
  if (day === opensOn) {
    yield { kind: 'open', account, input: { holder, overdraft: 0 } }
    yield { kind: 'deposit', account, input: { amount: revenue * 3, text: 'Capital' } }
  }
  if (dayOfMonth(day) === REVENUE_DAY) yield { kind: 'deposit', account, input: { amount: revenue, text: 'Revenue' } }
}

function* dayOfPerson(life: Life, person: Person, day: Day): Generator<Order> {
  const { account, holder, overdraft, employer, landlord } = person
  if (day === person.opensOn) {
    yield { kind: 'open', account, input: { holder, overdraft } }
    yield { kind: 'deposit', account, input: { amount: life.random.integer(200, 3_000) * 100, text: 'First deposit' } }
  }
  if (day === person.leavesOn) return yield* leave(life, account)
  if (dayOfMonth(day) === person.payday) yield pay(employer.account, account, person.salary, 'Salary')
  if (dayOfMonth(day) === RENT_DAY) yield pay(account, landlord.account, person.rent, 'Rent')
  yield* spend(life, person, day)
}

function* spend({ random, companies, people }: Life, { account }: Person, day: Day): Generator<Order> {
  if (random.chance(0.09)) {
    yield pay(account, random.pick(companies).account, random.integer(3_00, 120_00), random.pick(SHOPPING))
  }
  if (random.chance(0.09)) {
    const text = `${random.pick(SHOPPING)} by card`
    yield { kind: 'withdraw', account, input: { amount: random.integer(3_00, 250_00), text } }
  }
  if (random.chance(0.03)) {
    yield { kind: 'withdraw', account, input: { amount: random.integer(1, 15) * 20_00, text: 'Cash machine' } }
  }
  const friend = random.chance(0.0125) ? people[random.integer(0, people.length - 1)] : undefined
  if (friend !== undefined && friend.account !== account && isSettled(friend, day)) {
    yield pay(account, friend.account, random.integer(5, 100) * 100, 'For a friend')
  }
}

function pay(from: string, to: string, amount: number, text: string): Order {
  return { kind: 'transfer', from, to, input: { amount, text } }
}

/** Was a customer before this day, and will be after it. */
function isSettled(person: Person, day: Day): boolean {
  return isCustomer(person, addDays(day, -1)) && isCustomer(person, addDays(day, 1))
}

function* leave({ balances }: Life, account: string): Generator<Order> {
  const balance = balances.get(account) ?? 0
  if (balance > 0) yield { kind: 'withdraw', account, input: { amount: balance, text: 'Paid out' } }
  if (balance < 0) yield { kind: 'deposit', account, input: { amount: -balance, text: 'Overdraft settled' } }
  yield { kind: 'close', account }
}

function keepBalance(balances: Map<string, number>, overdrafts: ReadonlyMap<string, number>, order: Order): void {
  const change = (account: string, by: number) => balances.set(account, (balances.get(account) ?? 0) + by)
  if (order.kind === 'deposit') change(order.account, order.input.amount)
  if (order.kind !== 'withdraw' && order.kind !== 'transfer') return
  const payer = order.kind === 'transfer' ? order.from : order.account
  const { amount } = order.input
  if (amount > (balances.get(payer) ?? 0) + (overdrafts.get(payer) ?? 0)) return
  change(payer, -amount)
  if (order.kind === 'transfer') change(order.to, amount)
}

function dayOfMonth(day: Day): number {
  return Number(day.slice(8))
}
