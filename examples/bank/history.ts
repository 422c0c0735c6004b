/**
 * The bank's past, by its own calendar. The store knows when it recorded an event, which for an imported one is today;
 * the event's `effectiveAt` says when it happened. An account as it stood on a day is the fold of what had happened by
 * then: the same fold as ever, over fewer events.
 */
import { type Daybook, fold, type RecordedEvent, type StateOf } from 'daybook'
import { Account } from './account.ts'
import type { Day } from './dates.ts'

/** The account at the end of a day. */
export async function accountOn(bank: Daybook, account: string, day: Day): Promise<StateOf<typeof Account>> {
  const history = await historyOf(bank, account)
  return fold(
    Account,
    history.filter((event) => dayOf(event) <= day),
  )
}

/** The account's events, in the order in which they happened. */
export async function historyOf(bank: Daybook, account: string) {
  const events = await bank.readStream(`account-${account}`, { events: Account.events }).toArray()
  // A stable sort: what happened on one day stays in the order in which it was booked.
  return events.sort((a, b) => dayOf(a).localeCompare(dayOf(b)))
}

/** The day on which it happened. */
export function dayOf({ metadata, recordedAt }: RecordedEvent): Day {
  return (metadata.effectiveAt ?? recordedAt.toISOString()).slice(0, 10)
}
