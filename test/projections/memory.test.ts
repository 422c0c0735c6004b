import { open, sqlProjection } from 'daybook'
import { expect, test } from 'vitest'
import { describeInline } from './inline-on-any-engine.ts'
import { Paid, poison, sums } from './ledger.ts'
import { describeQuarantine } from './quarantine-on-any-engine.ts'

describeQuarantine((options) => open('memory:', options))
describeInline((options) => open('memory:', options))

test('inline in memory › an event that cannot be applied is recorded, and its key waits', async () => {
  poison.clear()
  await using daybook = await open('memory:', { inline: [sums] })
  poison.add(13)
  await daybook.append('account-a', [Paid({ amount: 1 }), Paid({ amount: 13 })])
  const projection = await daybook.project(sums)
  expect(await projection.get('a')).toEqual({ sum: 1, amounts: [1] })
  expect(await projection.quarantine.list()).toMatchObject([{ key: 'a', position: 2 }])
  poison.clear()
})

test('an SQL projection in memory is refused by name', async () => {
  await using daybook = await open('memory:')
  const projection = sqlProjection('tables', { events: [Paid], apply: async () => {} })
  await expect(daybook.project(projection)).rejects.toMatchObject({ code: 'not-supported' })
  await expect(async () => sqlProjection('none', { events: [Paid] } as never)).rejects.toMatchObject({
    code: 'invalid-argument',
  })
})
