import assert from 'node:assert/strict'
import type { EventLog, ListStreamsOptions, StreamInfo } from '../../store/index.ts'
import { assertRefused, assertRejectsWith } from './assertions.ts'
import { anEvent, append, range, someEvents } from './builders.ts'
import { fact, factGiven, topic } from './conformance-case.ts'

const NOON = Date.UTC(2026, 2, 31, 12)

function at(ms: number): Date {
  return new Date(NOON + ms)
}

export const positionCases = topic('head, version and time', [
  fact('reading', 'say how far a log and a stream have come', async ({ log }) => {
    assert.equal(await log.head(), 0)
    assert.equal(await log.streamVersion('account-A'), 0)
    const { position } = await append(log, 'account-A', someEvents(3))
    assert.equal(await log.head(), position)
    assert.equal(await log.streamVersion('account-A'), 3)
    assert.equal(await log.streamVersion('account-B'), 0)
  }),
  fact('reading', 'turn a time into the last position at or before it, to the millisecond', async ({ log }) => {
    const times = [0, 0, 5, 5, 5, 6, 1_000, 86_400_000]
    await log.import(times.map((ms, place) => ({ ...anEvent(), stream: `account-${place % 2}`, recordedAt: at(ms) })))
    const positions = [0, ...(await log.read().toArray()).map((event) => event.position)]
    const expected: readonly (readonly [ms: number, events: number])[] = [
      [-1, 0],
      [0, 2],
      [1, 2],
      [4, 2],
      [5, 5],
      [6, 6],
      [999, 6],
      [1_000, 7],
      [86_399_999, 7],
      [86_400_000, 8],
      [86_400_001, 8],
      [1e12, 8],
    ]
    for (const [ms, events] of expected) {
      assert.equal(await log.positionAt(at(ms)), positions[events], `at ${ms} ms`)
    }
  }),
  fact('reading', 'agree with the times of events that were appended', async ({ log }) => {
    for (const _ of range(1, 30)) await append(log, 'account-A', someEvents(2))
    const events = await log.read().toArray()
    for (const { recordedAt } of events) {
      const last = events.findLast((event) => event.recordedAt <= recordedAt)
      assert.equal(await log.positionAt(recordedAt), last?.position)
    }
    assert.equal(await log.positionAt(new Date(0)), 0)
    assert.equal(await log.positionAt(new Date('2999-01-01')), await log.head())
  }),
  fact('reading', 'of an empty log are 0 at any time', async ({ log }) => {
    assert.equal(await log.positionAt(new Date()), 0)
    assert.equal(await log.positionAt(new Date('2999-01-01')), 0)
  }),
  fact('reading', 'refuse a time that is none, and a name that names no stream', async ({ log }) => {
    await assertRefused(async () => log.positionAt(new Date(Number.NaN)), 'invalid-argument')
    await assertRefused(async () => log.positionAt('2026-03-31' as unknown as Date), 'invalid-argument')
    await assertRefused(async () => log.streamVersion('account'), 'invalid-argument')
  }),
])

/** In the byte order of UTF-8, in which U+FFFD comes before the characters beyond the first plane. */
const NAMES = ['A-1', 'a-1', 'a-10', 'a-2', 'ab-1', 'a_b-1', 'ä-1', 'b-1', '\ufffd-1', '😀-1']

async function list(log: EventLog, options?: ListStreamsOptions): Promise<StreamInfo[]> {
  const found: StreamInfo[] = []
  for await (const info of log.streams(options)) found.push(info)
  return found
}

async function listNames(log: EventLog, options?: ListStreamsOptions): Promise<string[]> {
  return (await list(log, options)).map(({ stream }) => stream)
}

function byBytes(names: readonly string[]): string[] {
  return [...names].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}

export const streamListCases = topic('streams', [
  fact('reading', 'are listed with their versions, in the byte order of their names', async ({ log }) => {
    for (const [place, name] of NAMES.entries()) await append(log, name, someEvents(place + 1))
    const expected = byBytes(NAMES).map((stream) => ({ stream, version: NAMES.indexOf(stream) + 1 }))
    assert.deepEqual(await list(log), expected)
  }),
  fact('reading', 'are listed by category, after a name, and up to a limit', async ({ log }) => {
    for (const name of NAMES) await append(log, name)
    assert.deepEqual(await listNames(log, { category: 'a' }), ['a-1', 'a-10', 'a-2'])
    assert.deepEqual(await listNames(log, { category: 'a', after: 'a-1' }), ['a-10', 'a-2'])
    assert.deepEqual(await listNames(log, { category: 'a', limit: 2 }), ['a-1', 'a-10'])
    assert.deepEqual(await listNames(log, { category: 'a_b' }), ['a_b-1'])
    assert.deepEqual(await listNames(log, { category: 'none' }), [])
    assert.deepEqual(await listNames(log, { after: 'b-1', limit: 9 }), byBytes(NAMES).slice(-3))
    assert.deepEqual(await listNames(log, { after: 'a-1', limit: 1 }), ['a-10'])
    assert.deepEqual(await listNames(log, { limit: 0 }), [])
  }),
  fact('reading', 'of an empty log are none', async ({ log }) => {
    assert.deepEqual(await list(log), [])
  }),
  factGiven(
    'multiStream',
    'reading',
    'are all listed when they are many, and the list can be left early',
    async ({ log }) => {
      const names = range(1, 2_300).map((n) => `account-${n}`)
      const requests = range(0, 2).map((part) => names.slice(part * 1_000, part * 1_000 + 1_000))
      for (const part of requests) {
        await log.append({ streams: part.map((stream) => ({ stream, events: [anEvent()] })) })
      }
      assert.deepEqual(await listNames(log, { category: 'account' }), byBytes(names))
      assert.equal((await listNames(log, { limit: 1_500 })).length, 1_500)
      for await (const { stream } of log.streams()) {
        assert.equal(stream, 'account-1')
        break
      }
    },
  ),
  fact('reading', 'refuse options that make no sense, and stop when aborted', async ({ log }) => {
    await append(log, 'account-1')
    await assertRefused(async () => list(log, { limit: -1 }), 'invalid-argument')
    await assertRefused(async () => list(log, { category: '' }), 'invalid-argument')
    const reason = new Error('enough')
    await assertRejectsWith(async () => list(log, { signal: AbortSignal.abort(reason) }), reason)
  }),
])
