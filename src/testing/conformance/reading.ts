import assert from 'node:assert/strict'
import type { RecordedEvent } from '../../events/index.ts'
import type { EventLog, EventReader, ReadOptions, ReadStreamOptions } from '../../store/index.ts'
import { assertRefused, assertRejectsWith } from './assertions.ts'
import { anEvent, append, fill, fillStreams, positionsOf, range, someEvents, versionsOf } from './builders.ts'
import { fact, topic } from './conformance-case.ts'

/** Around the sizes at which readers turn a page: 500 first, then 1,000. */
const EDGES = [1, 499, 500, 501, 999, 1_000, 1_001, 1_499, 1_500, 1_501]

async function batchesOf(reader: EventReader): Promise<(readonly RecordedEvent[])[]> {
  const batches: (readonly RecordedEvent[])[] = []
  for await (const batch of reader.batches()) batches.push(batch)
  return batches
}

async function eventsOf(reader: EventReader): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of reader) events.push(event)
  return events
}

/** What `readStream` and `read` have to give of a stream of 10 events, by version. */
const STREAM_TABLE: readonly (readonly [title: string, options: ReadStreamOptions, versions: readonly number[]])[] = [
  ['forwards', {}, range(1, 10)],
  ['backwards', { direction: 'backwards' }, range(10, 1)],
  ['from a version', { fromVersion: 8 }, [8, 9, 10]],
  ['from version 0, as from 1', { fromVersion: 0 }, range(1, 10)],
  ['to a version', { toVersion: 3 }, [1, 2, 3]],
  ['to version 0: none', { toVersion: 0 }, []],
  ['from and to a version', { fromVersion: 4, toVersion: 6 }, [4, 5, 6]],
  ['one version', { fromVersion: 5, toVersion: 5 }, [5]],
  ['from beyond its end: none', { fromVersion: 11 }, []],
  ['to beyond its end', { fromVersion: 9, toVersion: 99 }, [9, 10]],
  ['from after to: none', { fromVersion: 6, toVersion: 4 }, []],
  ['backwards from and to a version', { fromVersion: 4, toVersion: 6, direction: 'backwards' }, [6, 5, 4]],
  ['backwards from a version', { fromVersion: 8, direction: 'backwards' }, [10, 9, 8]],
  ['backwards to a version', { toVersion: 2, direction: 'backwards' }, [2, 1]],
  ['backwards from beyond its end: none', { fromVersion: 11, direction: 'backwards' }, []],
  ['backwards to beyond its end', { toVersion: 99, limit: 2, direction: 'backwards' }, [10, 9]],
  ['with a limit', { limit: 3 }, [1, 2, 3]],
  ['with a limit of 0: none', { limit: 0 }, []],
  ['with a limit of 1', { fromVersion: 7, limit: 1 }, [7]],
  ['with a limit beyond its end', { fromVersion: 9, limit: 5 }, [9, 10]],
  ['backwards with a limit', { limit: 3, direction: 'backwards' }, [10, 9, 8]],
  ['backwards to a version with a limit', { toVersion: 7, limit: 2, direction: 'backwards' }, [7, 6]],
]

/** Like STREAM_TABLE, with versions for positions: `after` 3 is after the third event. */
const LOG_TABLE: readonly (readonly [title: string, options: ReadOptions, places: readonly number[]])[] = [
  ['forwards', {}, range(1, 10)],
  ['backwards', { direction: 'backwards' }, range(10, 1)],
  ['after a position', { after: 7 }, [8, 9, 10]],
  ['after the head: none', { after: 10 }, []],
  ['up to a position', { upTo: 3 }, [1, 2, 3]],
  ['up to 0: none', { upTo: 0 }, []],
  ['between two positions', { after: 3, upTo: 6 }, [4, 5, 6]],
  ['after and up to the same position: none', { after: 5, upTo: 5 }, []],
  ['after the end of what is asked for: none', { after: 6, upTo: 4 }, []],
  ['backwards between two positions', { after: 3, upTo: 6, direction: 'backwards' }, [6, 5, 4]],
  ['backwards after a position', { after: 7, direction: 'backwards' }, [10, 9, 8]],
  ['with a limit', { after: 2, limit: 3 }, [3, 4, 5]],
  ['with a limit of 0: none', { limit: 0 }, []],
  ['backwards with a limit', { limit: 3, direction: 'backwards' }, [10, 9, 8]],
  ['backwards up to a position with a limit', { upTo: 7, limit: 2, direction: 'backwards' }, [7, 6]],
]

/** Ten events of one stream, with others between them. */
async function interleave(log: EventLog): Promise<void> {
  for (const n of range(1, 10)) await fillStreams(log, ['account-A17', `account-A17${n}`, 'account-A'], 1)
}

export const streamReadingCases = topic('reading a stream', [
  ...STREAM_TABLE.map(([title, options, versions]) =>
    fact('reading', title, async ({ log }) => {
      await interleave(log)
      const events = await log.readStream('account-A17', options).toArray()
      assert.deepEqual(versionsOf(events), versions)
      assert.ok(events.every((event) => event.stream.name === 'account-A17'))
    }),
  ),
  fact('reading', 'gives nothing for a stream without events', async ({ log }) => {
    await append(log, 'account-A')
    assert.deepEqual(await log.readStream('account-B').toArray(), [])
    assert.deepEqual(await log.readStream('account-B', { direction: 'backwards' }).toArray(), [])
    assert.deepEqual(await batchesOf(log.readStream('account-B')), [])
    assert.equal(await log.streamVersion('account-B'), 0)
  }),
  fact('reading', 'gives all of it, whatever its length', async ({ log }) => {
    for (const length of EDGES) await fill(log, `account-${length}`, someEvents(length))
    for (const length of EDGES) {
      const stream = `account-${length}`
      assert.deepEqual(versionsOf(await log.readStream(stream).toArray()), range(1, length))
      const backwards = await log.readStream(stream, { direction: 'backwards' }).toArray()
      assert.deepEqual(versionsOf(backwards), range(length, 1))
    }
  }),
  fact('reading', 'gives as many as the limit says, at the edges of pages too', async ({ log }) => {
    await fill(log, 'account-A', someEvents(2_600))
    for (const limit of [...EDGES, 2_600, 5_000]) {
      const count = Math.min(limit, 2_600)
      const forwards = await log.readStream('account-A', { limit }).toArray()
      assert.deepEqual(versionsOf(forwards), range(1, count))
      const backwards = await log.readStream('account-A', { limit, direction: 'backwards' }).toArray()
      assert.deepEqual(versionsOf(backwards), range(2_600, 2_601 - count))
    }
  }),
  fact('reading', 'refuses options that make no sense', async ({ log }) => {
    const bad: unknown[] = [
      { fromVersion: -1 },
      { fromVersion: 1.5 },
      { toVersion: Number.NaN },
      { toVersion: '3' },
      { limit: -1 },
      { limit: 0.5 },
      { limit: Number.POSITIVE_INFINITY },
      { direction: 'sideways' },
    ]
    for (const options of bad) {
      const work = async () => log.readStream('account-A', options as ReadStreamOptions).toArray()
      await assertRefused(work, 'invalid-argument')
    }
  }),
])

export const logReadingCases = topic('reading a log', [
  ...LOG_TABLE.map(([title, options, places]) =>
    fact('reading', title, async ({ log }) => {
      for (const n of range(1, 10)) await append(log, `account-A${n % 3}`)
      const at = [0, ...positionsOf(await log.read().toArray())]
      const { after, upTo, ...rest } = options
      const placed = {
        ...rest,
        ...(after === undefined ? {} : { after: at[after] ?? 0 }),
        ...(upTo === undefined ? {} : { upTo: at[upTo] ?? 0 }),
      }
      const events = await log.read(placed).toArray()
      assert.deepEqual(
        positionsOf(events),
        places.map((place) => at[place]),
      )
    }),
  ),
  fact('reading', 'gives nothing of an empty log', async ({ log }) => {
    assert.deepEqual(await log.read().toArray(), [])
    assert.deepEqual(await batchesOf(log.read({ direction: 'backwards' })), [])
    assert.deepEqual(await log.read({ after: 5 }).toArray(), [])
    assert.equal(await log.head(), 0)
  }),
  fact('reading', 'gives as many as the limit says, at the edges of pages too', async ({ log }) => {
    await fill(log, 'account-A', someEvents(2_600))
    const all = await log.read().toArray()
    for (const limit of EDGES) {
      assert.deepEqual(await log.read({ limit }).toArray(), all.slice(0, limit))
      const backwards = await log.read({ limit, direction: 'backwards' }).toArray()
      assert.deepEqual(backwards, all.slice(-limit).reverse())
    }
  }),
  fact('reading', 'refuses options that make no sense', async ({ log }) => {
    const bad: unknown[] = [
      { after: -1 },
      { after: 1.5 },
      { upTo: -1 },
      { upTo: Number.NaN },
      { limit: -1 },
      { limit: '1' },
      { direction: 'up' },
      { types: 'Opened' },
      { tags: [''] },
      { types: [7] },
      { category: '' },
      { partition: { index: 2, count: 2 } },
      { partition: { index: -1, count: 2 } },
      { partition: { index: 0, count: 0 } },
      { partition: { index: 0, count: 1_025 } },
      { partition: { index: 0.5, count: 2 } },
    ]
    for (const options of bad) {
      await assertRefused(async () => log.read(options as ReadOptions).toArray(), 'invalid-argument')
    }
  }),
])

export const readerCases = topic('a reader', [
  fact('reading', 'gives the same events one by one, in batches and all at once', async ({ log }) => {
    await fill(log, 'account-A', someEvents(2_600))
    const reader = log.readStream('account-A')
    const all = await reader.toArray()
    const batches = await batchesOf(reader)
    assert.deepEqual(await eventsOf(reader), all)
    assert.deepEqual(batches.flat(), all)
    assert.ok(batches.length > 1, 'a long history comes in several batches')
    assert.ok(
      batches.every((batch) => batch.length > 0),
      'a batch is never empty',
    )
  }),
  fact('reading', 'starts anew with each iteration', async ({ log }) => {
    await append(log, 'account-A')
    const reader = log.read()
    assert.equal((await reader.toArray()).length, 1)
    await append(log, 'account-A')
    assert.deepEqual(versionsOf(await eventsOf(reader)), [1, 2])
    assert.deepEqual(versionsOf(await eventsOf(reader)), [1, 2])
  }),
  fact('reading', 'can be left early, at once and on any page', async ({ log }) => {
    await fill(log, 'account-A', someEvents(2_600))
    for (const stop of [1, 2, 499, 500, 501, 2_500, 2_600]) {
      let seen = 0
      for await (const event of log.readStream('account-A')) {
        assert.equal(event.version, ++seen)
        if (seen === stop) break
      }
      assert.equal(seen, stop)
    }
    for await (const batch of log.read().batches()) {
      assert.ok(batch.length > 0)
      break
    }
    assert.equal(await log.streamVersion('account-A'), 2_600)
  }),
  fact('reading', 'gives each event once to several calls of next under way', async ({ log }) => {
    await fill(log, 'account-A', someEvents(1_200))
    const iterator = log.readStream('account-A')[Symbol.asyncIterator]()
    const results = await Promise.all(range(1, 1_210).map(() => iterator.next()))
    const versions = results.filter((result) => !result.done).map((result) => result.value.version)
    assert.deepEqual(versions, range(1, 1_200))
    assert.ok(results.slice(1_200).every((result) => result.done))
  }),
  fact('reading', 'fails with the reason of a signal that is aborted already', async ({ log }) => {
    await append(log, 'account-A', someEvents(3))
    const reason = new Error('not any more')
    const signal = AbortSignal.abort(reason)
    await assertRejectsWith(async () => log.read({ signal }).toArray(), reason)
    await assertRejectsWith(async () => log.readStream('account-A', { signal }).toArray(), reason)
    await assertRejectsWith(async () => eventsOf(log.read({ signal })), reason)
    await assertRejectsWith(async () => batchesOf(log.read({ signal })), reason)
  }),
  fact('reading', 'fails with the reason when aborted between two events, and gives no more', async ({ log }) => {
    await fill(log, 'account-A', someEvents(2_600))
    for (const stop of [1, 3, 500, 501, 1_000]) {
      const reason = new Error(`enough after ${stop}`)
      const controller = new AbortController()
      let seen = 0
      const read = async () => {
        for await (const _ of log.readStream('account-A', { signal: controller.signal })) {
          if (++seen === stop) controller.abort(reason)
        }
      }
      await assertRejectsWith(read, reason)
      assert.equal(seen, stop)
    }
  }),
  fact('reading', 'fails with the reason when aborted while it waits', async ({ log }) => {
    await append(log, 'account-A', someEvents(10))
    const reason = new Error('too slow')
    const controller = new AbortController()
    const reading = log.read({ signal: controller.signal }).toArray()
    controller.abort(reason)
    await assertRejectsWith(() => reading, reason)
  }),
  fact('reading', 'bears many readers on one signal', async ({ log }) => {
    await append(log, 'account-A', someEvents(5))
    const warnings: string[] = []
    const note = (warning: Error) => warnings.push(warning.name)
    process.on('warning', note)
    const { signal } = new AbortController()
    const all = await Promise.all(range(1, 30).map(() => log.read({ signal }).toArray()))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    assert.ok(all.every((events) => events.length === 5))
    assert.ok(!warnings.includes('MaxListenersExceededWarning'), 'Node warns of a leak')
  }),
  fact('reading', 'pages through events of a megabyte each', async ({ log }) => {
    const data = 'x'.repeat(1_000_000)
    for (const half of ['account-A', 'account-B'])
      for (const _ of range(1, 12)) await append(log, half, anEvent({ data }))
    let seen = 0
    for await (const event of log.read()) {
      assert.equal(event.data, data)
      seen++
    }
    assert.equal(seen, 24)
  }),
])
