/** Processes that project are killed, paused, and given the wrong time; what they keep is the fold of the log after all. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Daybook, isSqlStore, open } from 'daybook'
import { Random } from 'daybook/testing'
import { afterEach, expect, test } from 'vitest'
import { useCompiled } from '../support/compiled.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { assertProjected } from './assert-projected.ts'
import { JOURNAL_TABLE, moves } from './projected-moves.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'
import { endProjectors, Projector } from './start-projector.ts'

const LEASE_MS = 400
const KILLS = Number(process.env.DAYBOOK_KILLS ?? 100)

describeOnPostgres(`processes that project (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const database = useTestDatabase()
  const compiled = useCompiled(new URL('projector.ts', import.meta.url))
  const program = {
    get program() {
      return compiled.path
    },
  }
  afterEach(endProjectors)

  async function begin(log: string): Promise<Daybook> {
    const daybook = await open(database.url, { log })
    if (!isSqlStore(daybook.store)) throw new Error('not on SQL')
    await daybook.store.database.transaction(async (client) => {
      await client.query(`drop table if exists journal`)
      await client.query(JOURNAL_TABLE)
    })
    return daybook
  }

  async function checkpoint(daybook: Daybook, name = 'moved-totals'): Promise<number> {
    const [row] = await rows(
      daybook,
      `select position from daybook.generations where log = $1 and projection = $2`,
      name,
    )
    return Number(row?.position ?? 0)
  }

  async function rows(daybook: Daybook, text: string, name: string) {
    if (!isSqlStore(daybook.store)) throw new Error('not on SQL')
    const { rows: found } = await daybook.store.database.transaction((client) =>
      client.query(text, [daybook.name, name]),
    )
    return found
  }

  test('killed at random moments, with another one waiting, leave rows as if nothing had been', async () => {
    await using daybook = await begin('killed')
    const random = new Random(SEED)
    const start = () => new Projector({ ...program, url: database.url, log: 'killed', leaseMs: 300 })
    // One is at work, one waits for its turn, and one is being started.
    const projectors = new Set([start(), start(), start()])
    const failures: unknown[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      await daybook.import(moves(random, random.integer(50, 600)))
      const victim = await findWorking(projectors)
      // One event after the other, so that it is always in the middle of something.
      const writing = new AbortController()
      const written = appendUntil(writing.signal, daybook, random)
      await delay(random.integer(0, random.chance(0.5) ? 40 : 250))
      await victim.kill()
      writing.abort()
      await written
      failures.push(victim.failure)
      projectors.delete(victim)
      projectors.add(start())
    }
    await Promise.all([...projectors].map((projector) => projector.ready()))
    await Promise.all([...projectors].map((projector) => projector.stop()))
    expect(failures).toEqual(failures.map(() => undefined))
    await assertProjected(daybook)
  })

  test('one is killed, and another takes over within the time of the lease', async () => {
    await using daybook = await begin('taken-over')
    const leaseMs = 2_000
    const first = new Projector({ ...program, url: database.url, log: 'taken-over', leaseMs })
    await first.ready()
    await daybook.import(moves(new Random(SEED), 100))
    await expect.poll(() => checkpoint(daybook), { timeout: 20_000 }).toBeGreaterThan(0)
    const second = new Projector({ ...program, url: database.url, log: 'taken-over', leaseMs })
    await second.ready()
    await first.kill()
    const killedAtMs = performance.now()
    const before = await checkpoint(daybook)
    await daybook.import(moves(new Random(SEED + 1), 100))
    await expect.poll(() => checkpoint(daybook), { timeout: 20_000, interval: 20 }).toBeGreaterThan(before)
    // Some time for the machine, which runs other tests beside this one.
    expect(performance.now() - killedAtMs).toBeLessThan(leaseMs + 1_500)
    await second.stop()
    await assertProjected(daybook)
  })

  test('one sleeps past the end of its lease, and wakes up to write nothing that is not its own', async () => {
    await using daybook = await begin('paused')
    const random = new Random(SEED)
    const options = { ...program, url: database.url, log: 'paused', leaseMs: LEASE_MS }
    const sleeper = new Projector(options)
    await sleeper.ready()
    const other = new Projector(options)
    for (let pause = 0; pause < 6; pause++) {
      await daybook.import(moves(random, 3_000))
      await delay(random.integer(0, 40))
      sleeper.pause()
      await daybook.import(moves(random, 1_000))
      const head = await daybook.head()
      await expect.poll(() => checkpoint(daybook), { timeout: 30_000 }).toBeGreaterThan(head - 10)
      await daybook.import(moves(random, 1_000))
      sleeper.resume()
    }
    await other.ready()
    await Promise.all([sleeper.stop(), other.stop()])
    expect([sleeper.failure, other.failure]).toEqual([undefined, undefined])
    await assertProjected(daybook)
  })

  test('clocks that are days off, either way, change nothing: leases go by the server’s', async () => {
    await using daybook = await begin('clocks')
    const day = 86_400_000
    const options = { ...program, url: database.url, log: 'clocks', leaseMs: 4_000 }
    const behind = new Projector({ ...options, clockShiftMs: -3 * day })
    await behind.ready()
    const ahead = new Projector({ ...options, clockShiftMs: 3 * day })
    await ahead.ready()
    await daybook.import(moves(new Random(SEED), 2_000))
    await expect.poll(() => checkpoint(daybook), { timeout: 30_000 }).toBeGreaterThan(1_900)
    // The one whose clock is ahead must not think that the other's lease has run out.
    const leases = (await daybook.store.log('clocks').leases.list()).filter(({ expiresInMs }) => expiresInMs > 0)
    expect(leases.map(({ token }) => token)).toEqual([1, 1])
    await behind.kill()
    await daybook.import(moves(new Random(SEED + 1), 2_000))
    await expect.poll(() => checkpoint(daybook), { timeout: 30_000 }).toBeGreaterThan(3_900)
    await ahead.stop()
    await assertProjected(daybook)
  })
})

async function findWorking(projectors: ReadonlySet<Projector>): Promise<Projector> {
  return await Promise.any(
    [...projectors].map(async (projector) => {
      await projector.working()
      return projector
    }),
  )
}

async function appendUntil(signal: AbortSignal, daybook: Daybook, random: Random): Promise<void> {
  while (!signal.aborted) {
    for (const { stream, ...event } of moves(random, 1)) await daybook.append(stream, event)
  }
}
