import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { EventLog } from '../../store/index.ts'
import { assertRefused } from './assertions.ts'
import { range } from './builders.ts'
import { fact, newLog, topic } from './conformance-case.ts'

/** Longer than any case takes. */
const LONG = { durationMs: 600_000 }
const SHORT_MS = 30

/** The barrier: whoever had the lease has it no more. */
async function untilRunOut(log: EventLog, name: string): Promise<void> {
  for (;;) {
    const lease = (await log.leases.list()).find((each) => each.name === name)
    if (lease === undefined || lease.expiresInMs <= 0) return
    await delay(lease.expiresInMs)
  }
}

export const leaseCases = topic('leases', [
  fact('keepsakes', 'are held by one, and by the next when they are released', async ({ log }) => {
    const held = await log.leases.acquire('p', 'ann', LONG)
    assert.deepEqual(held, { name: 'p', owner: 'ann', token: 1 })
    assert.equal(await log.leases.acquire('p', 'bob', LONG), undefined)
    assert.deepEqual(await log.leases.acquire('p', 'ann', LONG), held)
    assert.equal(await log.leases.renew(held, LONG), true)
    await log.leases.release(held)
    assert.equal(await log.leases.renew(held, LONG), false)
    const next = await log.leases.acquire('p', 'bob', LONG)
    assert.deepEqual(next, { name: 'p', owner: 'bob', token: 2 })
    await log.leases.release(held)
    assert.equal(await log.leases.acquire('p', 'ann', LONG), undefined)
  }),
  fact('keepsakes', 'that have run out are lost to their holder, and go to whoever asks', async ({ log }) => {
    const held = await log.leases.acquire('p', 'ann', { durationMs: SHORT_MS })
    assert.ok(held !== undefined)
    await untilRunOut(log, 'p')
    assert.equal(await log.leases.renew(held, LONG), false)
    const next = await log.leases.acquire('p', 'bob', LONG)
    assert.ok(next !== undefined && next.token > held.token)
    assert.equal(await log.leases.renew(held, LONG), false)
    await log.leases.release(held)
    assert.equal(await log.leases.renew(next, LONG), true)
  }),
  fact('keepsakes', 'live longer for being renewed', async ({ log }) => {
    const held = await log.leases.acquire('p', 'ann', { durationMs: 2_000 })
    assert.ok(held !== undefined)
    assert.equal(await log.leases.renew(held, LONG), true)
    const [listed] = await log.leases.list()
    assert.ok((listed?.expiresInMs ?? 0) > 2_000 && (listed?.expiresInMs ?? 0) <= LONG.durationMs)
  }),
  fact('keepsakes', 'go to one of 16 who ask at once, 20 times, with a growing token', async ({ log }) => {
    let last = 0
    for (const round of range(1, 20)) {
      const asked = await Promise.all(range(1, 16).map((n) => log.leases.acquire('p', `owner-${round}-${n}`, LONG)))
      const won = asked.filter((each) => each !== undefined)
      assert.equal(won.length, 1, `round ${round}`)
      const [lease] = won
      assert.ok(lease !== undefined && lease.token > last)
      last = lease.token
      await log.leases.release(lease)
    }
  }),
  fact('keepsakes', 'say what their holders leave as a note, also after they ran out', async ({ log }) => {
    const note = { state: 'live', error: null, text: 'é " 💶', list: [1, { deep: true }] }
    const held = await log.leases.acquire('p', 'ann', { ...LONG, note })
    assert.ok(held !== undefined)
    await log.leases.acquire("o'hara", 'bob', LONG)
    const noteOf = async (name: string) => (await log.leases.list()).find((each) => each.name === name)?.note
    assert.deepEqual(await noteOf('p'), note)
    assert.equal(await noteOf("o'hara"), null)
    await log.leases.renew(held, LONG)
    assert.deepEqual(await noteOf('p'), note)
    await log.leases.renew(held, { ...LONG, note: 'renewed' })
    assert.equal(await noteOf('p'), 'renewed')
    await log.leases.release(held, { state: 'stopped' })
    const listed = (await log.leases.list()).find((each) => each.name === 'p')
    assert.deepEqual(listed?.note, { state: 'stopped' })
    assert.ok(listed !== undefined && listed.expiresInMs <= 0 && listed.updatedAt instanceof Date)
    assert.equal((await log.leases.list()).length, 2)
  }),
  fact('logs', 'are the log’s own', async ({ log, store }) => {
    const other = newLog(store)
    assert.ok(await log.leases.acquire('p', 'ann', LONG))
    assert.deepEqual(await other.leases.list(), [])
    assert.ok(await other.leases.acquire('p', 'bob', LONG))
  }),
  fact('keepsakes', 'refuse names, durations and notes that are none', async ({ log }) => {
    for (const bad of ['', 'a\u0000', '\ud800', 'x'.repeat(301), null] as string[]) {
      await assertRefused(async () => log.leases.acquire(bad, 'ann', LONG), 'invalid-argument')
      await assertRefused(async () => log.leases.acquire('p', bad, LONG), 'invalid-argument')
    }
    for (const durationMs of [0, -1, 1.5, Number.NaN, 86_400_001, '1'] as number[]) {
      await assertRefused(async () => log.leases.acquire('p', 'ann', { durationMs }), 'invalid-argument')
    }
    await assertRefused(async () => log.leases.acquire('p', 'ann', { ...LONG, note: { n: 1n } }), 'invalid-argument')
    assert.deepEqual(await log.leases.list(), [])
  }),
])
