/** Processes that react are killed in the middle of it; every effect is caused all the same, and a repeat has its key. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { open } from 'daybook'
import { Random } from 'daybook/testing'
import { afterEach, expect, test } from 'vitest'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { Counted } from './counted.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'

const LEASE_MS = 1_000
/** Each costs the start of a process; `DAYBOOK_KILLS=100` takes some minutes. */
const KILLS = Number(process.env.DAYBOOK_KILLS ?? 6)

interface Caused {
  readonly n: number
  readonly key: string
  readonly by: number
}

const running = new Set<ChildProcess>()

/** Another process that reacts; `onCaused` is told of each effect, and answers whether it may end. */
async function startReactor(
  arguments_: readonly string[],
  onCaused: (caused: Caused) => boolean,
): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('reactor.ts', import.meta.url))
  const child = fork(program, [...arguments_], { execArgv: ['--import', 'tsx'] })
  running.add(child)
  void once(child, 'exit').then(() => running.delete(child))
  const ready = new Promise<void>((resolve) => {
    child.on('message', ({ ready: isReady, caused }: { ready?: boolean; caused?: Caused }) => {
      if (isReady) resolve()
      if (caused !== undefined && onCaused(caused)) child.send('go on')
    })
  })
  await ready
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

describeOnPostgres(`processes that react (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL')
  })

  test('killed at random, between an effect and its checkpoint too, cause each effect, a repeat with its key', async () => {
    await using daybook = await open(database.url, { log: 'killed' })
    const random = new Random(SEED)
    const all: Caused[] = []
    const count = 10 * KILLS
    await daybook.append(
      'count-1',
      Array.from({ length: count }, (_, n) => Counted({ n })),
    )
    // So many effects end; the next is caused, and its process is killed before it can note that.
    let left = random.integer(0, 6)
    let stuck: number | undefined
    const onCaused = (caused: Caused) => {
      all.push(caused)
      if (left-- > 0) return true
      stuck = caused.by
      return false
    }
    const start = () => startReactor([database.url, 'killed', String(LEASE_MS)], onCaused)
    const children = [await start(), await start()]
    for (let turn = 1; turn <= KILLS; turn++) {
      await expect.poll(() => stuck, { timeout: 20_000, interval: 5 }).toBeDefined()
      const place = children.findIndex(({ pid }) => pid === stuck)
      stuck = undefined
      left = turn === KILLS ? Number.POSITIVE_INFINITY : random.integer(0, 6)
      await kill(children[place] as ChildProcess)
      children[place] = await start()
    }
    await expect.poll(() => new Set(all.map(({ n }) => n)).size, { timeout: 20_000 }).toBe(count)
    const [ns, keys] = [all.map(({ n }) => n), all.map(({ key }) => key)]
    expect([...new Set(ns)]).toEqual(Array.from({ length: count }, (_, n) => n))
    // One key for each, however often it was caused.
    expect(new Set(keys).size).toBe(count)
    expect(new Set(all.map(({ n, key }) => `${n} ${key}`)).size).toBe(count)
    // Each process was killed in the middle of an effect.
    expect(ns.length).toBeGreaterThanOrEqual(count + KILLS)
  })

  test('one sleeps past the end of its lease in the middle of an effect, and wakes up to begin no other', async () => {
    await using daybook = await open(database.url, { log: 'asleep' })
    await daybook.append('count-1', [Counted({ n: 0 }), Counted({ n: 1 })])
    const all: Caused[] = []
    const start = (mayEnd: () => boolean) =>
      startReactor([database.url, 'asleep', String(LEASE_MS)], (caused) => {
        all.push(caused)
        return mayEnd()
      })
    const first = await start(() => false)
    await expect.poll(() => all.length, { timeout: 20_000 }).toBe(1)
    first.kill('SIGSTOP')
    const second = await start(() => true)
    await expect.poll(() => all.length, { timeout: 20_000 }).toBe(3)
    first.send('go on')
    first.kill('SIGCONT')
    for (let n = 2; n < 12; n++) await daybook.append('count-1', Counted({ n }))
    await expect.poll(() => all.length, { timeout: 20_000 }).toBe(13)
    expect(all.map(({ n, by }) => [n, by])).toEqual([
      [0, first.pid],
      ...Array.from({ length: 12 }, (_, n) => [n, second.pid]),
    ])
    expect(all[1]?.key).toBe(all[0]?.key)
  })
})
