import assert from 'node:assert/strict'
import type { EventLog, SnapshotKey } from '../../store/index.ts'
import { assertRefused } from './assertions.ts'
import { append, range } from './builders.ts'
import { fact, newLog, topic } from './conformance-case.ts'
import { acceptable, hide, POISONS } from './json-values.ts'

function aKey(key: Partial<SnapshotKey> = {}): SnapshotKey {
  return { stream: 'account-A17', definition: 'account', fingerprint: 'f1', ...key }
}

const BAD_KEYS: readonly Partial<Record<keyof SnapshotKey, unknown>>[] = [
  { stream: 'account' },
  { stream: '' },
  { definition: '' },
  { definition: 'a\u0000' },
  { fingerprint: '' },
  { fingerprint: '\ud800' },
  { fingerprint: 7 },
]

export const snapshotCases = topic('snapshots', [
  fact('keepsakes', 'come back as they were saved', async ({ log, random }) => {
    for (const version of range(1, 200)) {
      const snapshot = { version, state: acceptable(random) }
      await log.snapshots.save(aKey(), snapshot)
      assert.deepEqual(await log.snapshots.load(aKey()), snapshot)
    }
  }),
  fact('keepsakes', 'are undefined where none was saved', async ({ log }) => {
    assert.equal(await log.snapshots.load(aKey()), undefined)
    await append(log, 'account-A17')
    assert.equal(await log.snapshots.load(aKey()), undefined)
  }),
  fact('keepsakes', 'keep the later version, whichever is saved last', async ({ log }) => {
    await log.snapshots.save(aKey(), { version: 50, state: 'at 50' })
    await log.snapshots.save(aKey(), { version: 49, state: 'at 49' })
    assert.deepEqual(await log.snapshots.load(aKey()), { version: 50, state: 'at 50' })
    await log.snapshots.save(aKey(), { version: 51, state: 'at 51' })
    assert.deepEqual(await log.snapshots.load(aKey()), { version: 51, state: 'at 51' })
  }),
  fact('keepsakes', 'keep the latest of many that are saved at once', async ({ log, random }) => {
    const versions = random.sample(range(1, 60), 60)
    await Promise.all(versions.map((version) => log.snapshots.save(aKey(), { version, state: { version } })))
    assert.deepEqual(await log.snapshots.load(aKey()), { version: 60, state: { version: 60 } })
  }),
  fact('keepsakes', 'of streams, definitions and fingerprints do not meet', async ({ log }) => {
    const keys = [aKey(), aKey({ stream: 'account-A1' }), aKey({ definition: 'a' }), aKey({ fingerprint: 'f2' })]
    for (const [place, key] of keys.entries()) await log.snapshots.save(key, { version: 1, state: place })
    for (const [place, key] of keys.entries()) assert.equal((await log.snapshots.load(key))?.state, place)
    assert.equal(await log.snapshots.load(aKey({ definition: 'accountf', fingerprint: '1' })), undefined)
  }),
  fact('keepsakes', 'are cleared of one stream, or all', async ({ log }) => {
    const keys = [aKey(), aKey({ fingerprint: 'f2' }), aKey({ stream: 'account-B' }), aKey({ stream: 'account-A1' })]
    for (const key of keys) await log.snapshots.save(key, { version: 1, state: 1 })
    await log.snapshots.clear('account-A17')
    const left = await Promise.all(keys.map(async (key) => (await log.snapshots.load(key)) !== undefined))
    assert.deepEqual(left, [false, false, true, true])
    await log.snapshots.clear()
    assert.ok((await Promise.all(keys.map((key) => log.snapshots.load(key)))).every((found) => found === undefined))
    await log.snapshots.save(aKey(), { version: 1, state: 'anew' })
    assert.equal((await log.snapshots.load(aKey()))?.state, 'anew')
  }),
  fact('logs', 'are the log’s own', async ({ log, store }) => {
    const other = newLog(store)
    await log.snapshots.save(aKey(), { version: 1, state: 'here' })
    assert.equal(await other.snapshots.load(aKey()), undefined)
    await other.snapshots.save(aKey(), { version: 1, state: 'there' })
    await other.snapshots.clear()
    assert.equal((await log.snapshots.load(aKey()))?.state, 'here')
  }),
  fact('keepsakes', 'are nobody’s to change after they were saved or loaded', async ({ log }) => {
    const state = { list: [1] }
    const saving = log.snapshots.save(aKey(), { version: 1, state })
    state.list.push(2)
    await saving
    const loaded = (await log.snapshots.load(aKey()))?.state as typeof state
    loaded.list.push(3)
    assert.deepEqual((await log.snapshots.load(aKey()))?.state, { list: [1] })
  }),
  fact('faithful', 'are refused with a key or a state that cannot be kept', async ({ log, random }) => {
    for (const bad of BAD_KEYS) {
      const key = aKey(bad as Partial<SnapshotKey>)
      await assertRefused(async () => log.snapshots.save(key, { version: 1, state: 1 }), 'invalid-argument')
      await assertRefused(async () => log.snapshots.load(key), 'invalid-argument')
    }
    for (const poison of POISONS) {
      const { value } = hide(random, poison, 'state')
      await assertRefused(async () => log.snapshots.save(aKey(), { version: 1, state: value }), 'invalid-argument')
    }
    for (const version of [-1, 1.5, Number.NaN]) {
      await assertRefused(async () => log.snapshots.save(aKey(), { version, state: 1 }), 'invalid-argument')
    }
    await assertRefused(async () => log.snapshots.clear('account'), 'invalid-argument')
    assert.equal(await log.snapshots.load(aKey()), undefined)
  }),
])

async function list(log: EventLog): Promise<Record<string, number>> {
  const listed = await log.checkpoints.list()
  return Object.fromEntries(listed.map(({ projection, position }) => [projection, position]))
}

export const checkpointCases = topic('checkpoints', [
  fact('keepsakes', 'stand at 0 until they are moved', async ({ log }) => {
    assert.equal(await log.checkpoints.load('balances'), 0)
    assert.deepEqual(await log.checkpoints.list(), [])
  }),
  fact('keepsakes', 'move from where they are expected, and only from there', async ({ log }) => {
    const { checkpoints } = log
    assert.equal(await checkpoints.move('balances', 5, 10), false)
    assert.equal(await checkpoints.load('balances'), 0)
    assert.equal(await checkpoints.move('balances', 0, 10), true)
    assert.equal(await checkpoints.move('balances', 0, 11), false)
    assert.equal(await checkpoints.move('balances', 9, 11), false)
    assert.equal(await checkpoints.load('balances'), 10)
    assert.equal(await checkpoints.move('balances', 10, 12), true)
    assert.equal(await checkpoints.load('balances'), 12)
  }),
  fact('keepsakes', 'may be moved back, for a rebuild, and to where they stand', async ({ log }) => {
    const { checkpoints } = log
    await checkpoints.move('balances', 0, 10)
    assert.equal(await checkpoints.move('balances', 10, 10), true)
    assert.equal(await checkpoints.move('balances', 10, 3), true)
    assert.equal(await checkpoints.move('balances', 3, 0), true)
    assert.equal(await checkpoints.load('balances'), 0)
    assert.equal(await checkpoints.move('balances', 0, 7), true)
    assert.equal(await checkpoints.load('balances'), 7)
  }),
  fact('keepsakes', 'let one of 16 instances move them, 50 times', async ({ log }) => {
    for (const round of range(0, 49)) {
      const moves = await Promise.all(range(1, 16).map(() => log.checkpoints.move('balances', round, round + 1)))
      assert.equal(moves.filter(Boolean).length, 1, `round ${round}`)
    }
    assert.equal(await log.checkpoints.load('balances'), 50)
  }),
  fact('keepsakes', 'are listed, each projection’s its own', async ({ log }) => {
    const names = ['balances', 'balance', "o'hara", '%', '類', '😀', 'Balances']
    for (const [place, name] of names.entries()) await log.checkpoints.move(name, 0, place + 1)
    assert.deepEqual(await list(log), Object.fromEntries(names.map((name, place) => [name, place + 1])))
  }),
  fact('keepsakes', 'hold any position', async ({ log }) => {
    await log.checkpoints.move('balances', 0, Number.MAX_SAFE_INTEGER)
    assert.equal(await log.checkpoints.load('balances'), Number.MAX_SAFE_INTEGER)
  }),
  fact('logs', 'are the log’s own', async ({ log, store }) => {
    const other = newLog(store)
    await log.checkpoints.move('balances', 0, 10)
    assert.equal(await other.checkpoints.load('balances'), 0)
    assert.deepEqual(await list(other), {})
    assert.equal(await other.checkpoints.move('balances', 0, 20), true)
    assert.deepEqual(await list(log), { balances: 10 })
  }),
  fact('keepsakes', 'refuse names and positions that are none', async ({ log }) => {
    for (const name of ['', 'a\u0000', '\ud800', 'x'.repeat(256), null, 7] as string[]) {
      await assertRefused(async () => log.checkpoints.load(name), 'invalid-argument')
      await assertRefused(async () => log.checkpoints.move(name, 0, 1), 'invalid-argument')
    }
    for (const position of [-1, 0.5, Number.NaN, 2 ** 53, '1'] as number[]) {
      await assertRefused(async () => log.checkpoints.move('balances', 0, position), 'invalid-argument')
      await assertRefused(async () => log.checkpoints.move('balances', position, 1), 'invalid-argument')
    }
  }),
])
