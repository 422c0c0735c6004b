import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImportedEvent } from '../../src/store/index.ts'
import { openRedis } from '../../src/stores/redis/index.ts'
import { read } from '../docs/documents.ts'
import { describeOnOwnRedis } from '../support/redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

/** The table of docs/redis.md: what is stored, and the bytes of memory that an event of it takes. */
const ROWS = [...read('docs/redis.md').matchAll(/^\| (\d+) bytes of JSON, (.*?) +\| +([\d,]+) \|$/gm)].map(
  ([, json, what = '', bytes = '']) => [what, Number(json), Number(bytes.replace(',', ''))] as const,
)

const EVENTS = 20_000

/** What `what` says, and how many events a stream has. */
function anEvent(what: string, jsonBytes: number, n: number): ImportedEvent {
  const perStream = Number(/streams of (\d+)/.exec(what)?.[1])
  const data = { text: 'x'.repeat(jsonBytes - '{"text":""}'.length) }
  const stream = `account-${String(Math.floor(n / perStream)).padStart(12, '0')}`
  return {
    stream,
    type: `Type${n % 10}`,
    data,
    ...(what.includes('2 tags') ? { tags: [`customer:${n % 2_000}`, `order:${n}`] } : {}),
    ...(what.includes('correlation id') ? { metadata: { correlationId: `request-${n}` } } : {}),
  }
}

function* history(what: string, jsonBytes: number): Generator<ImportedEvent> {
  for (let n = 0; n < EVENTS; n++) yield anEvent(what, jsonBytes, n)
}

describeOnOwnRedis('the memory of an event', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.close())

  test('is told for several kinds', () => expect(ROWS.length).toBeGreaterThanOrEqual(4))

  describe.each(ROWS)('%s', (what, jsonBytes, bytes) => {
    test(`${jsonBytes} bytes of JSON › takes about ${bytes} bytes`, async () => {
      await using store = await openRedis(server.url)
      const client = await createClient({ url: server.url }).connect()
      const used = async () => Number(/used_memory_dataset:(\d+)/.exec(await client.info('memory'))?.[1])
      await client.flushDb()
      const before = await used()
      await store.log('main').import(history(what, jsonBytes))
      const perEvent = ((await used()) - before) / EVENTS
      client.destroy()
      // Tables double when they are full, so that it comes and goes with the number of events.
      expect(perEvent, `measured ${Math.round(perEvent)}`).toBeGreaterThan(bytes * 0.8)
      expect(perEvent, `measured ${Math.round(perEvent)}`).toBeLessThan(bytes * 1.2)
    })
  })
})
