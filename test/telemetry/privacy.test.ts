import { open, readModel } from 'daybook'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Account, AccountOpened, balances, FundsDeposited, withdraw } from '../daybook/account.ts'
import { record, useContextManager } from './recording.ts'

useContextManager()

const SECRET = 'Lovelace'

test('nothing that users wrote is exported: no data, input, id, actor, tag, command id or message', async () => {
  const { instruments, spans, collect } = record()
  const daybook = await open('memory:', { instruments })
  const circumstances = { actor: SECRET, commandId: SECRET, correlationId: SECRET, metadata: { note: SECRET } }
  const attempts = [
    () => daybook.append(`account-${SECRET}`, [AccountOpened({ owner: SECRET }, { tags: [SECRET] })]),
    () => daybook.append(`account-${SECRET}`, FundsDeposited({ amount: 1 }), { expectedVersion: 9 }),
    () => daybook.append(`account-${SECRET}`, [], { unless: { tags: [SECRET], after: 0 } }),
    // What stands before no hyphen is no category.
    () => daybook.append(SECRET, FundsDeposited({ amount: 1 })),
    () => daybook.append(`\n${SECRET}-A17`, FundsDeposited({ amount: 1 })),
    () => daybook.append({ streams: [{ stream: SECRET, events: SECRET }] } as never),
    async () => daybook.readStream(SECRET).toArray(),
    () => daybook.readStream(`account-${SECRET}`).toArray(),
    () => daybook.read({ tags: [SECRET], types: [SECRET] }).toArray(),
    () => daybook.execute(withdraw, SECRET, { amount: 5, channel: SECRET }, circumstances),
    () => daybook.execute(withdraw, SECRET, { amount: 6, channel: SECRET }, circumstances),
    () => daybook.execute(withdraw, SECRET, { amount: SECRET, channel: SECRET } as never),
    () => daybook.execute(thrower, SECRET, {}),
    () => daybook.stateOf(Account, SECRET),
    () => daybook.import([{ ...FundsDeposited({ amount: 1 }), stream: `account-${SECRET}` }]),
    () => daybook.import([{ ...FundsDeposited({ amount: 1 }), stream: SECRET }]),
    () => daybook.project(balances, { follow: false }),
    () => daybook.project(broken, { follow: false, onFailure: () => {} }),
  ]
  let failures = 0
  for (const attempt of attempts) await attempt().catch(() => failures++)
  expect(failures).toBeGreaterThanOrEqual(8)
  const exported = spans().map(({ name, attributes, events, status, links }) => ({
    name,
    attributes,
    events,
    status,
    links,
  }))
  expect(exported.length).toBeGreaterThan(attempts.length)
  expect(JSON.stringify(exported)).not.toContain(SECRET)
  expect(JSON.stringify(await collect())).not.toContain(SECRET)
})

const thrower = Account.command('Throw', z.object({}), () => {
  throw Object.assign(new Error(SECRET), { name: `${SECRET} is the name` })
})

const broken = readModel('broken', {
  events: [AccountOpened],
  key: ({ stream }) => stream.id,
  initial: {},
}).evolve({
  AccountOpened: (_, { owner }) => {
    throw new Error(owner)
  },
})
