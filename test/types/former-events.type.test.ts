/** What the compiler knows of events that were renamed, split or dropped, and what it refuses: today's shapes alone. */
import {
  aggregate,
  type Daybook,
  type EventDefinition,
  event,
  type NewOf,
  type RecordedEvent,
  type RecordedOf,
  readModel,
  retired,
} from 'daybook'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const SignedUp = retired('SignedUp', z.object({ name: z.string() }))
  .next(z.object({ name: z.string(), emails: z.array(z.string()) }), (v1) => {
    expectTypeOf(v1).toEqualTypeOf<{ name: string }>()
    return { ...v1, emails: [] }
  })
  .splitInto('Joined', 'EmailGiven')
const Warmed = retired('CacheWarmed').dropped()
const Joined = event('Joined', z.object({ name: z.string() })).splitFrom(SignedUp, ({ name }) => ({ name }))
const EmailGiven = event('EmailGiven', z.object({ email: z.string() }))
  .splitFrom(SignedUp, (old, recorded) => {
    expectTypeOf(old).toEqualTypeOf<{ name: string; emails: string[] }>()
    expectTypeOf(recorded).toEqualTypeOf<RecordedEvent>()
    return old.emails.map((email) => ({ email }))
  })
  .next(z.object({ email: z.string(), by: z.string() }), (v1, { metadata }) => ({ ...v1, by: metadata.actor ?? 'web' }))
const Moved = event('Moved', z.object({ street: z.string() })).renamedFrom('AddressCorrected')

// Names and splits change nothing of what a definition is today.
expectTypeOf(Joined).toEqualTypeOf<EventDefinition<'Joined', { name: string }>>()
expectTypeOf(Moved).toEqualTypeOf<EventDefinition<'Moved', { street: string }>>()
expectTypeOf<RecordedOf<typeof EmailGiven>>().toEqualTypeOf<
  RecordedEvent<'EmailGiven', { email: string; by: string }>
>()
expectTypeOf<RecordedOf<typeof SignedUp | typeof Moved>>().toEqualTypeOf<RecordedEvent<'Moved', { street: string }>>()
expectTypeOf<NewOf<typeof SignedUp>>().toBeNever()

export function made() {
  // @ts-expect-error a retired event is made no more
  SignedUp({ name: 'Ada', emails: [] })
  // @ts-expect-error nor is one that is dropped
  Warmed({})
  // @ts-expect-error a part is made in today's shape
  EmailGiven({ email: 'a@x' })
}

export function splits() {
  // @ts-expect-error "SignedUp is not split into Left"
  event('Left', z.object({ name: z.string() })).splitFrom(SignedUp, ({ name }) => ({ name }))
  // @ts-expect-error it takes what the old event did not have
  event('Joined', z.object({ name: z.string() })).splitFrom(SignedUp, (old) => ({ name: old.nickname }))
  // @ts-expect-error it gives what the schema does not take
  event('Joined', z.object({ name: z.string() })).splitFrom(SignedUp, (old) => ({ name: old.emails }))
  // @ts-expect-error of several, one is not what the schema takes
  event('Joined', z.object({ name: z.string() })).splitFrom(SignedUp, (old) => [{ name: old.name }, { nom: '' }])
  // @ts-expect-error it must answer at once
  event('Joined', z.object({ name: z.string() })).splitFrom(SignedUp, async ({ name }) => ({ name }))
  // @ts-expect-error an event that is not retired is not split
  event('Joined', z.object({ street: z.string() })).splitFrom(Moved, (old) => old)
  // @ts-expect-error a retired event is split, or dropped: say which
  aggregate('a', { events: [retired('X', z.object({}))], initial: {} })
  // @ts-expect-error it must be split into something
  retired('X', z.object({})).splitInto()
  // @ts-expect-error what nobody knows the shape of can only be dropped
  retired('X').splitInto('Joined')
  // @ts-expect-error "data.at is a Date, which is not JSON"
  retired('X', z.object({ at: z.date() }))
  const Old = retired('Old', z.array(z.string())).splitInto('New')
  event('New', z.array(z.string())).splitFrom(Old, (old) => [old])
  // @ts-expect-error where the data is an array, what is taken is an array of arrays
  event('New', z.array(z.string())).splitFrom(Old, (old) => old)
}

export function folds(daybook: Daybook) {
  const events = [Joined, EmailGiven, Moved, SignedUp, Warmed] as const
  const keep = <State>(state: State) => state
  const Member = aggregate('member', { events, initial: { n: 0 } }).evolve({
    Joined: keep,
    EmailGiven: (state, { by }, { part }) => ({ n: state.n + by.length + (part ?? 0) }),
    Moved: keep,
  })
  const member = aggregate('member', { events, initial: { n: 0 } })
  // @ts-expect-error a retired event has no entry: its parts have
  member.evolve({ Joined: keep, EmailGiven: keep, Moved: keep, SignedUp: keep })
  // @ts-expect-error a part has
  member.evolve({ Joined: keep, Moved: keep })
  // @ts-expect-error a rule cannot decide on what is retired
  Member.command('X', z.object({}), () => ({ type: 'SignedUp', data: { name: '', emails: [] } }) as const)
  readModel('m', {
    events,
    key: (each) => {
      expectTypeOf(each.type).toEqualTypeOf<'Joined' | 'EmailGiven' | 'Moved'>()
      return each.stream.id
    },
    initial: { n: 0 },
  }).evolve({ Joined: keep, EmailGiven: keep, Moved: keep })
  expectTypeOf(daybook.read({ events: [SignedUp, Moved] }).toArray()).resolves.toEqualTypeOf<
    RecordedEvent<'Moved', { street: string }>[]
  >()
}
