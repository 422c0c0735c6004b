/** Ids of commands are kept as long as was said, and forgotten when nobody waits. */
import { aggregate, type CommandStore, event, open } from 'daybook'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'

const Counted = event('Counted', z.object({ n: z.int() }))
const Counter = aggregate('counter', { events: [Counted], initial: { total: 0 } }).evolve({
  Counted: (counter, { n }) => ({ total: counter.total + n }),
})
const count = Counter.command('Count', z.object({ n: z.int() }), (_, { n }) => Counted({ n }))

const KEEP_FOR_MS = 200

test('a repeat gets the first result as long as its id is kept, and is a new command after that', async () => {
  await using daybook = await open('memory:', { commands: { keepForMs: KEEP_FOR_MS } })
  const { commands } = daybook.store.log('main')
  const ask = (id: string) => daybook.execute(count, 'A', { n: 1 }, { commandId: id })
  expect(await ask('c1')).toMatchObject({ repeated: false })
  expect(await ask('c1')).toMatchObject({ repeated: true })
  await vi.waitFor(
    async () => {
      await ask('another')
      expect(await commands.find('c1')).toBeUndefined()
    },
    { timeout: 5_000, interval: 20 },
  )
  expect(await ask('c1')).toMatchObject({ status: 'accepted', repeated: false })
})

test('without a word ids are kept for ever', async () => {
  const prune = vi.fn()
  await using daybook = await open('memory:', { instruments: { log: (log) => withPrune(log, prune) } })
  await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c1' })
  expect(prune).not.toHaveBeenCalled()
})

test('nobody waits for it, and nobody hears of its failure', async () => {
  const pruning: (() => void)[] = []
  let calls = 0
  const prune = () => {
    if (calls++ > 0) return Promise.reject(new Error('no'))
    return new Promise<number>((resolve) => pruning.push(() => resolve(0)))
  }
  await using daybook = await open('memory:', {
    commands: { keepForMs: KEEP_FOR_MS },
    instruments: { log: (log) => withPrune(log, prune) },
  })
  await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c1' })
  await vi.waitFor(() => expect(pruning).toHaveLength(1))
  expect(await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c2' })).toMatchObject({ status: 'accepted' })
  for (const go of pruning) go()
  await vi.waitFor(async () => {
    await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c3' })
    expect(calls).toBeGreaterThan(1)
  })
})

test('it goes in batches, so many in a row, and the rest at the next command', async () => {
  const limits: number[] = []
  const prune: CommandStore['prune'] = async ({ limit }) => {
    limits.push(limit)
    return limits.length <= 12 ? limit : 0
  }
  await using daybook = await open('memory:', {
    commands: { keepForMs: 3_600_000 },
    instruments: { log: (log) => withPrune(log, prune) },
  })
  await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c1' })
  await vi.waitFor(() => expect(limits).toHaveLength(10))
  await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c2' })
  await vi.waitFor(() => expect(limits).toHaveLength(13))
  await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c3' })
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(new Set(limits)).toEqual(new Set([1_000]))
  expect(limits).toHaveLength(13)
})

test('bounds that are none are refused before anything is opened', async () => {
  for (const commands of [{ keepForMs: 0 }, { keepForMs: Number.NaN }, { maxAttempts: 0 }, { retryForMs: -1 }]) {
    await expect(open('no-such-engine:', { commands })).rejects.toMatchObject({ code: 'invalid-argument' })
  }
})

function withPrune<Log extends { readonly commands: CommandStore }>(log: Log, prune: CommandStore['prune']): Log {
  return instead(log, { commands: instead(log.commands, { prune }) } as Partial<Log>)
}
