/** Any Standard Schema validator does, for events, commands and read models alike. */

import { type } from 'arktype'
import { aggregate, event, open, readModel } from 'daybook'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const validators = {
  zod: {
    data: z.object({ amount: z.number().positive() }),
    next: z.object({ amount: z.number().positive(), note: z.string().default('none') }),
    input: z.object({ amount: z.number() }),
  },
  valibot: {
    data: v.object({ amount: v.pipe(v.number(), v.minValue(1)) }),
    next: v.object({ amount: v.pipe(v.number(), v.minValue(1)), note: v.optional(v.string(), 'none') }),
    input: v.object({ amount: v.number() }),
  },
  arktype: {
    data: type({ amount: 'number > 0' }),
    next: type({ amount: 'number > 0', note: "string = 'none'" }),
    input: type({ amount: 'number' }),
  },
}

describe.each(Object.keys(validators) as (keyof typeof validators)[])('%s', (name) => {
  // The compiler knows what is common to the three; test/types says what it knows of each.
  const { data, next, input } = validators[name] as typeof validators.zod
  const Paid = event('Paid', data).next(next, (v1) => v1)
  const Account = aggregate('account', { events: [Paid], initial: { sum: 0, notes: [] as string[] } }).evolve({
    Paid: (account, { amount, note }) => ({ sum: account.sum + amount, notes: [...account.notes, note] }),
  })
  const pay = Account.command('Pay', input, (_, { amount }) => Paid({ amount }))
  const sums = readModel('sums', { events: [Paid], key: (paid) => paid.data.note, initial: { sum: 0 } }).evolve({
    Paid: (row, { amount }) => ({ sum: row.sum + amount }),
  })

  test('carries an event from a command through its chain to a state and a row', async () => {
    await using daybook = await open('memory:')
    await daybook.append('account-A', { type: 'Paid', data: { amount: 1 } })
    expect(await daybook.execute(pay, 'A', { amount: 2 })).toMatchObject({
      status: 'accepted',
      events: [{ data: { amount: 2, note: 'none' }, schemaVersion: 2 }],
    })
    expect(await daybook.stateOf(Account, 'A')).toEqual({ sum: 3, notes: ['none', 'none'] })
    const projection = await daybook.project(sums, { follow: false })
    expect(await projection.get('none')).toEqual({ sum: 3 })
  })

  test('finds what is wrong, and where', async () => {
    await using daybook = await open('memory:')
    // @ts-expect-error as a caller without types would
    const invalid = await daybook.execute(pay, 'A', { amount: 'much' })
    expect(invalid).toMatchObject({ status: 'invalid', issues: [{ path: ['amount'] }] })
    expect(() => Paid({ amount: -1 })).toThrow(/data\.amount/)
  })
})
