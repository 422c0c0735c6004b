import assert from 'node:assert/strict'
import { type Metadata, newEventId, type RecordedEvent } from '../../events/index.ts'
import type { EventFilter, EventLog, ReadOptions } from '../../store/index.ts'
import type { Random } from '../random.ts'
import { assertRefused } from './assertions.ts'
import { anEvent, append, fill, positionsOf, range, versionsOf } from './builders.ts'
import { fact, newLog, topic } from './conformance-case.ts'

const CATEGORIES = ['a', 'ab', 'a_b', 'A', '100%', 'ä', '😀', 'account']
const IDS = ['1', '10', '1-2', '-', '2', "o'hara", 'ab', '\\']
const TYPES = ['Opened', 'Open', 'opened', 'Closed', '%', 'O_ened', '{Opened}', '類型']
const TAGS = ['vip', 'vip:1', 'v', 'a,b', '{a}', '"', '\\', 'null', '😀']
const CORRELATIONS = ['c', 'C', 'request-1', 'request-10', "o'hara", '%', '類', '😀', 'x'.repeat(255)]
const QUERIES = 250

/** Some hundreds of events, of all sorts. */
async function fillAtRandom(log: EventLog, random: Random): Promise<RecordedEvent[]> {
  await Promise.all(
    range(1, 150).map(() => {
      const stream = `${random.pick(CATEGORIES)}-${random.pick(IDS)}`
      const events = range(1, random.integer(1, 5)).map((n) => {
        const metadata = random.chance(0.5) ? { correlationId: random.pick(CORRELATIONS) } : {}
        const tags = random.sample(TAGS, random.integer(0, 4))
        return anEvent({ type: random.pick(TYPES), tags, metadata, data: { n } })
      })
      return append(log, stream, events)
    }),
  )
  return log.read().toArray()
}

function filterAtRandom(random: Random, all: readonly RecordedEvent[]): EventFilter {
  return {
    ...(random.chance(0.15) ? { correlationId: random.pick(CORRELATIONS) } : {}),
    ...(random.chance(0.15) ? { ids: random.sample(all, random.integer(0, 40)).map(({ id }) => id) } : {}),
    ...(random.chance(0.5) ? { category: random.pick(CATEGORIES) } : {}),
    ...(random.chance(0.5) ? { types: random.sample(TYPES, random.integer(0, 3)) } : {}),
    ...(random.chance(0.4) ? { tags: random.sample(TAGS, random.integer(0, 2)) } : {}),
  }
}

function boundsAtRandom(random: Random, head: number): ReadOptions {
  return {
    ...(random.chance(0.5) ? { after: random.integer(0, head + 2) } : {}),
    ...(random.chance(0.5) ? { upTo: random.integer(0, head + 2) } : {}),
    ...(random.chance(0.5) ? { limit: random.integer(0, 30) } : {}),
    ...(random.chance(0.5) ? { direction: random.pick(['forwards', 'backwards'] as const) } : {}),
  }
}

/** The plain meaning of a read. `shares` gives a stream's share where the log is cut in so many. */
function readPlainly(all: readonly RecordedEvent[], options: ReadOptions, shares: Shares): RecordedEvent[] {
  const { category, types = [], tags = [], partition, ids = [], correlationId } = options
  const { after = 0, upTo = Number.POSITIVE_INFINITY, limit } = options
  const found = all.filter(
    (event) =>
      (category === undefined || event.stream.category === category) &&
      (types.length === 0 || types.includes(event.type)) &&
      tags.every((tag) => event.tags.includes(tag)) &&
      (ids.length === 0 || ids.includes(event.id)) &&
      (correlationId === undefined || event.metadata.correlationId === correlationId) &&
      (partition === undefined || shares.get(partition.count)?.get(event.stream.name) === partition.index) &&
      event.position > after &&
      event.position <= upTo,
  )
  return (options.direction === 'backwards' ? found.reverse() : found).slice(0, limit)
}

/** By number of partitions: each stream's partition. */
type Shares = ReadonlyMap<number, ReadonlyMap<string, number>>

const COUNTS = [1, 2, 3, 7]

async function readShares(log: EventLog): Promise<Shares> {
  const shares = new Map<number, Map<string, number>>()
  for (const count of COUNTS) {
    const share = new Map<string, number>()
    for (const index of range(0, count - 1)) {
      for await (const event of log.read({ partition: { index, count } })) share.set(event.stream.name, index)
    }
    shares.set(count, share)
  }
  return shares
}

async function fillCategories(log: EventLog): Promise<void> {
  for (const stream of ['a-1', 'ab-1', 'a_b-1', 'abc-1', 'a-b-1', 'A-1', 'b-a', 'axb-1', 'a%-1'])
    await append(log, stream)
}

async function namesOf(log: EventLog, filter: EventFilter): Promise<string[]> {
  return (await log.read(filter).toArray()).map((event) => event.stream.name)
}

export const filterCases = topic('filter', [
  fact('reading', 'by category tells apart categories that begin alike', async ({ log }) => {
    await fillCategories(log)
    assert.deepEqual(await namesOf(log, { category: 'a' }), ['a-1', 'a-b-1'])
    assert.deepEqual(await namesOf(log, { category: 'ab' }), ['ab-1'])
    assert.deepEqual(await namesOf(log, { category: 'a_b' }), ['a_b-1'])
    assert.deepEqual(await namesOf(log, { category: 'A' }), ['A-1'])
    assert.deepEqual(await namesOf(log, { category: 'a%' }), ['a%-1'])
    assert.deepEqual(await namesOf(log, { category: 'a-b' }), [])
    assert.deepEqual(await namesOf(log, { category: 'none' }), [])
  }),
  fact('reading', 'by types takes any of them, by tags needs all of them', async ({ log }) => {
    const event = (type: string, ...tags: string[]) => anEvent({ type, tags })
    const written = [event('A'), event('B', 'x'), event('C', 'y', 'x'), event('A', 'x', 'y', 'z'), event('AB', 'xy')]
    await append(log, 'account-1', written)
    const versions = async (filter: EventFilter) => (await log.read(filter).toArray()).map((each) => each.version)
    assert.deepEqual(await versions({ types: ['A'] }), [1, 4])
    assert.deepEqual(await versions({ types: ['A', 'C', 'Z', 'A'] }), [1, 3, 4])
    assert.deepEqual(await versions({ types: [] }), [1, 2, 3, 4, 5])
    assert.deepEqual(await versions({ tags: [] }), [1, 2, 3, 4, 5])
    assert.deepEqual(await versions({ tags: ['x'] }), [2, 3, 4])
    assert.deepEqual(await versions({ tags: ['x', 'y'] }), [3, 4])
    assert.deepEqual(await versions({ tags: ['y', 'x', 'y'] }), [3, 4])
    assert.deepEqual(await versions({ tags: ['x', 'none'] }), [])
    assert.deepEqual(await versions({ types: ['A', 'B'], tags: ['x'] }), [2, 4])
    assert.deepEqual(await versions({ types: ['a'] }), [])
  }),
  fact('reading', 'by ids gives those events, each once and in the order of the log', async ({ log, store }) => {
    await append(
      log,
      'account-1',
      range(1, 300).map((n) => anEvent({ data: { n } })),
    )
    const all = await log.read().toArray()
    const ids = all.filter(({ version }) => version % 3 === 0).map(({ id }) => id)
    const wanted = [...ids.slice(0, 97).reverse(), ids[5] as string, newEventId()]
    assert.deepEqual(
      versionsOf(await log.read({ ids: wanted }).toArray()),
      range(1, 97).map((n) => 3 * n),
    )
    const last = await log.read({ ids: wanted, direction: 'backwards', limit: 2 }).toArray()
    assert.deepEqual(versionsOf(last), [291, 288])
    assert.deepEqual(await newLog(store).read({ ids: wanted }).toArray(), [])
    for (const bad of [['x'], [7], 'x', [...ids, ...ids]] as unknown as string[][]) {
      await assertRefused(async () => log.read({ ids: bad }).toArray(), 'invalid-argument')
    }
  }),
  fact('reading', 'by correlation id gives what was recorded with that text, and with no other', async ({ log }) => {
    const event = (correlationId: unknown) => anEvent({ metadata: { correlationId } as Metadata })
    const written = ['7', 7, 'c1', null, 'C1', 'c1', ['c1'], 'c10', 'c'.repeat(300), 'c'.repeat(255)].map(event)
    const { events } = await append(log, 'account-1', [...written, anEvent()])
    const versions = async (correlationId: string, options: ReadOptions = {}) =>
      (await log.read({ ...options, correlationId }).toArray()).map((each) => each.version)
    assert.deepEqual(await versions('c1'), [3, 6])
    assert.deepEqual(await versions('c1', { direction: 'backwards' }), [6, 3])
    assert.deepEqual(await versions('c1', { after: events[2]?.position ?? 0 }), [6])
    assert.deepEqual(await versions('7'), [1])
    assert.deepEqual(await versions('c'.repeat(255)), [10])
    assert.deepEqual(await versions('none'), [])
    for (const bad of ['', 'c'.repeat(256), 7] as string[]) {
      await assertRefused(async () => log.read({ correlationId: bad }).toArray(), 'invalid-argument')
    }
  }),
  fact('reading', 'gives what a plain filter over the whole log gives', async ({ log, random }) => {
    const all = await fillAtRandom(log, random)
    const shares = await readShares(log)
    for (const _ of range(1, QUERIES)) {
      const count = random.pick(COUNTS)
      const partition = random.chance(0.3) ? { partition: { index: random.integer(0, count - 1), count } } : {}
      const options = { ...filterAtRandom(random, all), ...partition, ...boundsAtRandom(random, all.length) }
      const found = await log.read(options).toArray()
      assert.deepEqual(positionsOf(found), positionsOf(readPlainly(all, options, shares)), JSON.stringify(options))
    }
  }),
  fact('reading', 'finds the rare ones of a long log, in both directions', async ({ log }) => {
    const event = (n: number) => anEvent({ type: n % 1_000 === 0 ? 'Rare' : 'Usual', data: { n } })
    await fill(log, 'account-1', range(1, 6_000).map(event))
    const found = await log.read({ types: ['Rare'] }).toArray()
    assert.deepEqual(
      found.map((each) => each.version),
      [1_000, 2_000, 3_000, 4_000, 5_000, 6_000],
    )
    const last = await log.read({ types: ['Rare'], direction: 'backwards', limit: 2 }).toArray()
    assert.deepEqual(
      last.map((each) => each.version),
      [6_000, 5_000],
    )
    const many = await log.read({ types: ['Usual'] }).toArray()
    assert.equal(many.length, 5_994)
  }),
  fact('reading', 'by type finds types of unusual length in long pages', async ({ log }) => {
    const type = 'é'.repeat(128)
    await append(
      log,
      'account-1',
      range(1, 700).map((n) => anEvent({ type: n % 2 === 0 ? type : 'Usual' })),
    )
    assert.equal((await log.read({ types: [type] }).toArray()).length, 350)
    assert.equal((await log.read({ types: [type.slice(1)] }).toArray()).length, 0)
  }),
])

export const partitionCases = topic('partitions', [
  fact('reading', 'share out all events, each once, and keep streams whole', async ({ log }) => {
    const appends = range(1, 200).map((n) =>
      append(
        log,
        `account-${n}`,
        range(1, 3).map(() => anEvent()),
      ),
    )
    await Promise.all(appends)
    const all = await log.read().toArray()
    for (const count of [1, 2, 5, 16]) {
      const owners = new Map<string, number>()
      const seen: RecordedEvent[] = []
      for (const index of range(0, count - 1)) {
        for await (const event of log.read({ partition: { index, count } })) {
          assert.equal(owners.get(event.stream.name) ?? index, index, `${event.stream.name} is in one partition`)
          owners.set(event.stream.name, index)
          seen.push(event)
        }
      }
      seen.sort((one, other) => one.position - other.position)
      assert.deepEqual(seen, all)
      assert.equal(new Set(owners.values()).size, count, `no partition of ${count} is empty with 200 streams`)
    }
  }),
  fact('reading', 'stay the same as the log grows, and in other logs', async ({ log, store }) => {
    const other = newLog(store)
    const streams = range(1, 50).map((n) => `account-${n}`)
    const partition = { index: 1, count: 4 }
    for (const stream of streams) await append(log, stream)
    const before = await namesOf(log, { partition })
    for (const stream of streams) await Promise.all([append(log, stream), append(other, stream)])
    assert.deepEqual(new Set(await namesOf(log, { partition })), new Set(before))
    assert.deepEqual(await namesOf(other, { partition }), before)
  }),
  fact('reading', 'go up to 1,024', async ({ log }) => {
    await append(log, 'account-1')
    const found = await Promise.all(
      range(0, 1_023).map((index) => log.read({ partition: { index, count: 1_024 } }).toArray()),
    )
    assert.equal(found.flat().length, 1)
  }),
])
