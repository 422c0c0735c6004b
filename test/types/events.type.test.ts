/** What the compiler knows of events, and what it refuses. */

import { type } from 'arktype'
import { type EventDefinition, event, type NewEvent, type RecordedEvent } from 'daybook'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { Deposited, Opened, Withdrawn } from './domain.ts'

// A definition makes events of its type, from its schema's input, with its schema's output.
expectTypeOf(Opened({ owner: 'Ada' })).toEqualTypeOf<NewEvent<'Opened', { owner: string }>>()
expectTypeOf(Withdrawn({ amount: 1 })).toEqualTypeOf<NewEvent<'Withdrawn', { amount: number; channel: string }>>()
expectTypeOf(Deposited.upcast({} as RecordedEvent).data).toEqualTypeOf<{ amount: number; note?: string | undefined }>()

export function wrongData() {
  // @ts-expect-error a property is missing
  Opened({})
  // @ts-expect-error a property has another type
  Opened({ owner: 7 })
  // @ts-expect-error a property is not there
  Opened({ owner: 'Ada', onwer: 'Ada' })
  // @ts-expect-error today's shape alone can be made
  event('X', z.object({ old: z.string() })).next(z.object({ now: z.string() }), () => ({ now: '' }))({ old: '' })
  // @ts-expect-error there is no such option
  Opened({ owner: 'Ada' }, { tag: ['x'] })
}

export function chains() {
  // An upcaster goes from the output of the shape before to the input of the next one.
  event('X', z.object({ at: z.coerce.number() })).next(z.object({ at: z.coerce.number<string>() }), (before) => {
    expectTypeOf(before).toEqualTypeOf<{ at: number }>()
    return { at: String(before.at) }
  })
  // @ts-expect-error it gives what the next schema does not take
  event('X', z.object({ a: z.string() })).next(z.object({ b: z.number() }), (before) => ({ b: before.a }))
  // @ts-expect-error it reads what the shape before did not have
  event('X', z.object({ a: z.string() })).next(z.object({ b: z.number() }), (before) => ({ b: before.c }))
  // @ts-expect-error it must answer at once
  event('X', z.object({ a: z.string() })).next(z.object({ a: z.string() }), async (before) => before)
}

export function otherValidators() {
  const V = event('V', v.object({ amount: v.number(), note: v.optional(v.string()) }))
  expectTypeOf(V).toEqualTypeOf<EventDefinition<'V', { amount: number; note?: string | undefined }>>()
  const A = event('A', type({ amount: 'number', 'note?': 'string' }))
  expectTypeOf(A({ amount: 1 }).data).toEqualTypeOf<{ amount: number; note?: string }>()
  // @ts-expect-error wrong data, valibot
  V({ amount: '1' })
  // @ts-expect-error wrong data, arktype
  A({ amount: '1' })
  // A chain may go from one validator to another.
  V.next(type({ amount: 'number', channel: 'string' }), (before) => ({ amount: before.amount, channel: 'x' }))
}

export function onlyJson() {
  // @ts-expect-error "data.at is a Date, which is not JSON"
  event('X', z.object({ at: z.date() }))
  // @ts-expect-error "data.items[].size is a bigint, which is not JSON"
  event('X', z.object({ items: z.array(z.object({ size: z.bigint() })) }))
  // @ts-expect-error "data.tags is a Map, which is not JSON"
  event('X', z.object({ tags: z.map(z.string(), z.string()) }))
  // @ts-expect-error "data.at is a Date, which is not JSON"
  event('X', v.object({ at: v.date() }))
  // @ts-expect-error "data.at is a Date, which is not JSON"
  event('X', type({ at: 'Date' }))
  // @ts-expect-error the next shape is not JSON
  Opened.next(z.object({ at: z.date() }), () => ({ at: new Date() }))
  // What becomes JSON on the way is JSON.
  event('X', z.object({ at: z.date().transform((at) => at.toISOString()) }))({ at: new Date() })
  // Unions, records, tuples, literals, brands, recursion, any and unknown are no obstacle.
  event(
    'X',
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), n: z.null() })]),
  )
  event('X', z.object({ map: z.record(z.string(), z.array(z.tuple([z.string(), z.number().nullable()]))) }))
  event('X', z.object({ id: z.string().brand<'Id'>(), free: z.any(), json: z.json(), open: z.unknown() }))
  event('X', Tree)
}

interface TreeShape {
  name: string
  left?: TreeShape | undefined
  right?: TreeShape | undefined
  others: TreeShape[]
}
const Tree: z.ZodType<TreeShape> = z.lazy(() =>
  z.object({ name: z.string(), left: Tree.optional(), right: Tree.optional(), others: z.array(Tree) }),
)

export function tags() {
  event('X', z.object({ course: z.string() }), {
    tags: (data) => {
      expectTypeOf(data).toEqualTypeOf<{ course: string }>()
      return [`course:${data.course}`]
    },
  })
  // @ts-expect-error there is no such property
  event('X', z.object({ course: z.string() }), { tags: (data) => [data.student] })
}
