/**
 * Given, when, then: tests of definitions, which are pure, so that no store is needed and nothing is awaited. A rule is
 * asked by the code that `execute` asks it with, and rows are folded by the code that projections fold them with.
 */
import type { AnyAggregate } from '../../aggregates/index.ts'
import type { NewEvent, RecordedEvent } from '../../events/index.ts'
import { type EventGiven, GivenAggregate } from './given-aggregate.ts'
import { GivenEvents } from './given-events.ts'
import { GivenParts, type Histories } from './given-parts.ts'
import { layOut } from './recorded.ts'

/** One event, or those of a stream. */
type InLog = NewEvent | readonly RecordedEvent[]

type Others<First> = First extends AnyAggregate
  ? readonly EventGiven<First['events'][number]>[]
  : First extends InLog
    ? readonly InLog[]
    : []

type Given<First> = First extends AnyAggregate
  ? GivenAggregate<First>
  : First extends InLog
    ? GivenEvents
    : First extends Histories
      ? GivenParts<First>
      : never

/**
 * What has happened before: the beginning of a test.
 *
 * - `given(Account, …events)`: one aggregate, for a command over it
 * - `given({ from: events, to: events })`: several, by part, for a command over them
 * - `given(…events)`: a log, for a read model or an upcaster; `inStream` and `recorded` say where and when
 *
 * @example
 * given(Account, AccountOpened({ owner: 'Ada' }), FundsDeposited({ amount: 100 }))
 *   .when(withdraw, { amount: 20, channel: 'atm' })
 *   .then(FundsWithdrawn({ amount: 20, channel: 'atm' }))
 * given(inStream('account-A17', FundsDeposited({ amount: 80 }))).project(balances).then({ A17: { balance: 80 } })
 */
export function given(): GivenEvents
export function given<const First extends AnyAggregate | InLog | Histories>(
  first: First,
  ...others: Others<First>
): Given<First>
export function given(first?: AnyAggregate | InLog | Histories, ...others: readonly unknown[]) {
  if (first === undefined) return new GivenEvents([])
  if ('apply' in first && 'events' in first)
    return new GivenAggregate(first as AnyAggregate, others as readonly NewEvent[])
  const isInLog = Array.isArray(first) || typeof (first as { readonly type?: unknown }).type === 'string'
  if (!isInLog) return new GivenParts(first as Histories)
  return new GivenEvents(layOut([first, ...others].flat() as readonly NewEvent[]))
}
