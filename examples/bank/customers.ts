/** Who banks here: companies that pay salaries and take rents and purchases, and the people who work, live and buy. */

import type { Random } from '../shared/random.ts'
import { addDays, type Day } from './dates.ts'

/** Amounts are minor units. */
export interface Company {
  readonly account: string
  readonly holder: string
  readonly opensOn: Day
  /** What its customers elsewhere pay it each month. */
  readonly revenue: number
}

export interface Person {
  readonly account: string
  readonly holder: string
  readonly overdraft: number
  readonly opensOn: Day
  /** Some leave within the year. */
  readonly leavesOn: Day | undefined
  readonly employer: Company
  readonly salary: number
  /** Of the month. */
  readonly payday: number
  readonly landlord: Company
  readonly rent: number
}

export interface Customers {
  readonly companies: Companies
  readonly people: readonly Person[]
}

type Companies = readonly [Company, ...Company[]]

const PEOPLE_PER_COMPANY = 12
const NAMES = [
  ['Ada', 'Bruno', 'Clara', 'Dusan', 'Eva', 'Filip', 'Greta', 'Hugo', 'Ines', 'Jakub', 'Klara', 'Leon', 'Mila', 'Noor'],
  ['Adamek', 'Berger', 'Conti', 'Dvorak', 'Ferrari', 'Horak', 'Iversen', 'Kral', 'Lindt', 'Maly', 'Novak', 'Okafor'],
] as const
const TOWNS = ['Harbour', 'Mill', 'Old Town', 'Riverside', 'Station', 'Linden'] as const
const TRADES = ['Bakery', 'Engineering', 'Grocers', 'Homes', 'Hospital', 'Printers', 'Timber'] as const

/** As many customers as asked for, companies first; the year begins on `firstDay`. */
export function inventCustomers(random: Random, count: number, firstDay: Day): Customers {
  const accounts = Array.from({ length: count }, (_, index) => String(1001 + index))
  const ofCompanies = accounts.splice(0, Math.ceil(count / (PEOPLE_PER_COMPANY + 1)))
  const [first = '1001', ...others] = ofCompanies
  const companies: Companies = [
    inventCompany(random, first, firstDay),
    ...others.map((account) => inventCompany(random, account, firstDay)),
  ]
  return { companies, people: accounts.map((account) => inventPerson(random, { account, companies, firstDay })) }
}

function inventCompany(random: Random, account: string, opensOn: Day): Company {
  const holder = `${random.pick(TOWNS)} ${random.pick(TRADES)} Ltd`
  return { account, holder, opensOn, revenue: random.integer(20_000, 40_000) * 100 }
}

interface Newcomer {
  readonly account: string
  readonly companies: Companies
  readonly firstDay: Day
}

function inventPerson(random: Random, { account, companies, firstDay }: Newcomer): Person {
  // Four in five are customers from the first days on; the others come later.
  const opensOn = addDays(firstDay, random.chance(0.8) ? random.integer(0, 2) : random.integer(3, 300))
  return {
    account,
    holder: `${random.pick(NAMES[0])} ${random.pick(NAMES[1])}`,
    overdraft: random.pick([0, 0, 0, 500_00, 1_000_00]),
    opensOn,
    leavesOn: random.chance(0.05) ? addDays(opensOn, random.integer(60, 300)) : undefined,
    employer: random.pick(companies),
    salary: random.integer(1_800, 5_200) * 100,
    payday: random.pick([1, 10, 25]),
    landlord: random.pick(companies),
    rent: random.integer(500, 1_500) * 100,
  }
}
