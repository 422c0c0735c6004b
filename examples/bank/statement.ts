/** An account's history as its holder reads it. */
import { Account } from './account.ts'
import type { Day } from './dates.ts'
import { dayOf, type historyOf } from './history.ts'

export interface StatementLine {
  readonly day: Day
  readonly text: string
  /** Minor units: positive for a credit, negative for a debit. */
  readonly change: number
  readonly balance: number
}

type History = Awaited<ReturnType<typeof historyOf>>

/** All that happened, each with the balance after it. */
export function toStatement(history: History): readonly StatementLine[] {
  let account = Account.initial
  return history.map((event) => {
    const before = account
    account = Account.apply(before, event)
    return {
      day: dayOf(event),
      text: toText(event),
      change: account.balance - before.balance,
      balance: account.balance,
    }
  })
}

function toText(event: History[number]): string {
  switch (event.type) {
    case 'AccountOpened':
      return 'Account opened'
    case 'AccountClosed':
      return 'Account closed'
    default:
      return event.data.otherAccount === undefined ? event.data.text : `${event.data.text} (${event.data.otherAccount})`
  }
}
