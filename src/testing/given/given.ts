/**
 * Given, when, then: tests of definitions, which are pure, so that no store is needed and nothing is awaited. A rule is
 * asked by the code that `execute` asks it with, and rows are folded by the code that projections fold them with.
 */
import type { AnyAggregate, InStream } from '../../aggregates/index.ts'
import type { NewEvent, NewOf } from '../../events/index.ts'
import type { AnyReactor } from '../../reactors/index.ts'
import { GivenAggregate } from './given-aggregate.ts'
import { GivenEvents } from './given-events.ts'
import { GivenParts, type Histories } from './given-parts.ts'
import { GivenReactor } from './given-reactor.ts'
import { layOut, placeIn } from './recorded.ts'

/** One event, several, or those of a stream. */
type InLog = NewEvent | readonly NewEvent[] | InStream

type Others<First> = First extends AnyAggregate
  ? readonly NewOf<First['events'][number]>[]
  : First extends InLog
    ? readonly InLog[]
    : []

type Given<First> = First extends AnyAggregate
  ? GivenAggregate<First>
  : First extends AnyReactor
    ? GivenReactor<First>
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
 * - `given(…events)`: a log, for a command within boundaries, a read model or an upcaster; `inStream` and `recorded` say
 *   where and when its events were recorded
 * - `given(welcome)`: a reactor, which remembers nothing
 *
 * @example
 * given(Account, AccountOpened({ owner: 'Ada' }), FundsDeposited({ amount: 100 }))
 *   .when(withdraw, { amount: 20, channel: 'atm' })
 *   .then(FundsWithdrawn({ amount: 20, channel: 'atm' }))
 * given(inStream('account-A17', [FundsDeposited({ amount: 80 })])).project(balances).then({ A17: { balance: 80 } })
 * given(welcome).when(CustomerRegistered({ email })).then(SendMail({ to: email, subject: 'Welcome' }))
 */
export function given(): GivenEvents
export function given<const First extends AnyAggregate | AnyReactor | InLog | Histories>(
  first: First,
  ...others: Others<First>
): Given<First>
export function given(first?: AnyAggregate | AnyReactor | InLog | Histories, ...others: readonly unknown[]) {
  if (first === undefined) return new GivenEvents([])
  if ('apply' in first && 'events' in first)
    return new GivenAggregate(first as AnyAggregate, others as readonly NewEvent[])
  if ('react' in first && typeof first.react === 'function') return new GivenReactor(first as AnyReactor)
  if (!isInLog(first)) return new GivenParts(first as Histories)
  return new GivenEvents(layOut([first, ...(others as readonly InLog[])].flatMap(toEvents)))
}

function isInLog(first: unknown): first is InLog {
  const { type, stream } = first as Readonly<Record<string, unknown>>
  return Array.isArray(first) || typeof type === 'string' || typeof stream === 'string'
}

function toEvents(given: InLog): readonly NewEvent[] {
  if ('events' in given) return placeIn(given)
  return Array.isArray(given) ? (given as readonly NewEvent[]) : [given as NewEvent]
}
