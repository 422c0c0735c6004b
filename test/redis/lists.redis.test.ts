import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RecordedEvent } from '../../src/events/index.ts'
import { type Servers, serversOf } from '../../src/redis/index.ts'
import { type EventLog, type EventStore, prepareAppend, type StreamInfo } from '../../src/store/index.ts'
import { callAppend } from '../../src/stores/redis/append-call.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

/** A list's chunk holds 32 positions: these are on both sides of its ends. */
const EDGES = [1, 2, 31, 32, 33, 63, 64, 65, 95, 96, 97, 100]
const VERSIONS = 100

const anEvent = (version: number, writer: string) => ({
  type: `Type${version % 2}`,
  data: { version },
  tags: [`by:${writer}`],
  metadata: { correlationId: `c-${writer}` },
})

async function appendOneByOne(log: EventLog): Promise<void> {
  for (let version = 1; version <= VERSIONS; version++) {
    const streams = ['a', 'b'].map((writer) => ({
      stream: `account-${writer}`,
      events: [anEvent(version, writer)],
      expectedVersion: version - 1,
    }))
    await log.append({ streams })
  }
}

/** Of which many are recorded in one call. */
async function appendTogether(log: EventLog): Promise<void> {
  const versions = Array.from({ length: VERSIONS }, (_, place) => place + 1)
  await Promise.all(
    versions.flatMap((version) =>
      ['a', 'b'].map((writer) =>
        log.append({ streams: [{ stream: `account-${writer}`, events: [anEvent(version, writer)] }] }),
      ),
    ),
  )
}

async function importAll(log: EventLog): Promise<void> {
  const versions = Array.from({ length: VERSIONS }, (_, place) => place + 1)
  await log.import(
    versions.flatMap((version) =>
      ['a', 'b'].map((writer) => ({ ...anEvent(version, writer), stream: `account-${writer}` })),
    ),
  )
}

describeOnOwnRedis('the lists of positions', () => {
  let server: RedisServer
  let store: EventStore
  beforeAll(async () => {
    server = await startRedis()
    store = await openRedis(server.url)
  })
  afterAll(async () => {
    await store.close()
    await server.close()
  })

  const WAYS = { 'appended one by one': appendOneByOne, 'appended together': appendTogether, imported: importAll }
  describe.each(Object.entries(WAYS))('%s', (way, write) => {
    let log: EventLog
    let all: RecordedEvent[]
    beforeAll(async () => {
      log = store.log(way)
      await write(log)
      all = await log.read().toArray()
    })

    test('find each version of a stream, from any to any, in both directions', async () => {
      const stream = all.filter((event) => event.stream.name === 'account-b')
      expect(stream.map(({ version }) => version)).toEqual(Array.from({ length: VERSIONS }, (_, place) => place + 1))
      for (const fromVersion of EDGES) {
        for (const toVersion of EDGES) {
          const expected = stream.slice(fromVersion - 1, Math.max(toVersion, fromVersion - 1))
          const options = { fromVersion, toVersion }
          expect(await log.readStream('account-b', options).toArray()).toEqual(expected)
          const backwards = await log.readStream('account-b', { ...options, direction: 'backwards' }).toArray()
          expect(backwards).toEqual(expected.toReversed())
        }
      }
    })

    const FILTERS = [
      { category: 'account' },
      { types: ['Type1'] },
      { tags: ['by:b'] },
      { correlationId: 'c-b' },
      { types: ['Type0'], tags: ['by:a'] },
    ]
    test.each(FILTERS)('find by %o what matches between any two positions', async (filter) => {
      const matching = all.filter(
        (event) =>
          (filter.types ?? [event.type]).includes(event.type) &&
          (filter.tags ?? []).every((tag) => event.tags.includes(tag)) &&
          (filter.correlationId ?? event.metadata.correlationId) === event.metadata.correlationId,
      )
      for (const edge of EDGES) {
        for (const upTo of [edge, edge + 40, 200]) {
          const expected = matching.filter(({ position }) => position > edge && position <= upTo)
          expect(await log.read({ ...filter, after: edge, upTo }).toArray()).toEqual(expected)
          const backwards = await log.read({ ...filter, after: edge, upTo, direction: 'backwards' }).toArray()
          expect(backwards).toEqual(expected.toReversed())
        }
      }
    })

    test('find each event by the id that was made for it', async () => {
      const ids = all.slice(0, 100).map(({ id }) => id)
      expect(await log.read({ ids }).toArray()).toEqual(all.slice(0, 100))
      expect(await log.read({ ids: ids.slice(40, 42), direction: 'backwards' }).toArray()).toEqual(
        all.slice(40, 42).toReversed(),
      )
    })

    test('know the versions of streams', async () => {
      const streams = ['a', 'b'].map((writer) => ({ stream: `account-${writer}`, version: VERSIONS }))
      const listed: StreamInfo[] = []
      for await (const info of log.streams()) listed.push(info)
      expect(listed).toEqual(streams)
      expect(await log.streamVersion('account-a')).toBe(VERSIONS)
    })
  })

  test('find ids that many processes made in one moment, each of them, and no other', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `0196a3b4-5c6d-7000-8000-${String(n).padStart(12, '0')}`)
    const servers = serversOf(store) as Servers
    for (const id of ids.slice(0, 99)) {
      const append = prepareAppend({ streams: [{ stream: 'account-a', events: [{ type: 'T', data: {}, id }] }] })
      await callAppend(servers, 'moments', [{ append, mayBeRepeat: false }])
    }
    const log = store.log('moments')
    for (const [place, id] of ids.entries()) {
      const found = await log.read({ ids: [id] }).toArray()
      expect(found.map(({ position }) => position)).toEqual(place < 99 ? [place + 1] : [])
    }
    const again = { streams: [{ stream: 'account-b', events: [{ type: 'T', data: {}, id: ids[50] as string }] }] }
    await expect(log.append(again)).rejects.toMatchObject({ code: 'event-id-taken' })
  })

  test('show a boundary what its own group has recorded before it', async () => {
    const log = store.log('boundaries')
    const attempts = Array.from({ length: 80 }, (_, n) =>
      log.append({
        streams: [{ stream: `seat-${n}`, events: [{ type: 'Taken', data: {}, tags: ['seat:1'] }] }],
        unless: { types: ['Taken'], tags: ['seat:1'], after: 0 },
      }),
    )
    const settled = await Promise.allSettled(attempts)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await log.head()).toBe(1)
  })
})
