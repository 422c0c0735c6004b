import { event, open, readModel } from 'daybook'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { SharedTail } from '../../src/following/shared-tail.ts'
import { instead } from '../support/instead.ts'

const Counted = event('Counted', z.object({ n: z.int() }))

async function withLog(work: (log: ReturnType<typeof counted>) => Promise<void>): Promise<void> {
  await using daybook = await open('memory:')
  await work(counted(daybook))
}

function counted(daybook: Awaited<ReturnType<typeof open>>) {
  const log = daybook.store.log('main')
  const calls = { tails: 0 }
  const watched = instead(log, {
    tail: (options) => {
      calls.tails++
      return log.tail(options)
    },
  })
  const append = (count: number) =>
    daybook.append(
      'count-1',
      Array.from({ length: count }, (_, n) => Counted({ n })),
    )
  return { log: watched, calls, append }
}

const NEVER = new AbortController().signal

test('one tail of the log feeds all who join, each from where it says', async () => {
  await withLog(async ({ log, calls, append }) => {
    await append(3)
    const tail = new SharedTail(log)
    const [one, two] = await Promise.all([tail.join(), tail.join()])
    expect([one.position, two.position]).toEqual([3, 3])
    await append(2)
    const positions = async (subscription: typeof one) =>
      (await subscription.next(1_000, NEVER))?.map(({ position }) => position)
    expect(await positions(one)).toEqual([4, 5])
    const late = await tail.join()
    expect(late.position).toBe(5)
    expect(await positions(two)).toEqual([4, 5])
    expect(calls.tails).toBe(1)
    for (const each of [one, two, late]) each.leave()
  })
})

test('one that is too slow falls off, and holds up nobody', async () => {
  await withLog(async ({ log, append }) => {
    const tail = new SharedTail(log)
    const [slow, quick] = await Promise.all([tail.join(), tail.join()])
    let seen = 0
    for (let n = 0; n < 8; n++) {
      await append(1_000)
      while (seen < (n + 1) * 1_000) seen += (await quick.next(1_000, NEVER))?.length ?? 0
    }
    expect(await slow.next(0, NEVER)).toBeUndefined()
    expect(seen).toBe(8_000)
    quick.leave()
  })
})

test('nothing in time is none, and the end of the tail is told', async () => {
  await using daybook = await open('memory:')
  const tail = new SharedTail(daybook.store.log('main'))
  const subscription = await tail.join()
  expect(await subscription.next(1, NEVER)).toEqual([])
  await daybook.close()
  expect(await subscription.next(1_000, NEVER)).toBeUndefined()
})

test('a slow projection and one that fails hold up no other', async () => {
  await using daybook = await open('memory:')
  const define = (name: string, work: () => void) =>
    readModel(name, { events: [Counted], key: () => 'k', initial: { n: 0 } }).evolve({
      Counted: (row) => {
        work()
        return { n: row.n + 1 }
      },
    })
  const failing = define('failing', () => {
    throw new Error('always')
  })
  const options = { maxQuarantinedKeys: 0, onFailure: () => {} }
  const failed = await daybook.project(failing, options)
  const sound = await daybook.project(define('sound', () => {}))
  for (let n = 1; n <= 20; n++) await sound.reached((await daybook.append('count-1', Counted({ n }))).position)
  expect(await sound.get('k')).toEqual({ n: 20 })
  expect(failed.status).toBe('failed')
})
