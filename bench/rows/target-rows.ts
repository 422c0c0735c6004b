/** Read models in Redis and Elasticsearch, catching up with a log that is there: beside bare writes of the same rows. */
import { randomUUID } from 'node:crypto'
import { type Daybook, open, type ReadModelTargets } from '#daybook'
import { elasticsearchTargets } from '#daybook/elasticsearch'
import { redisTargets } from '#daybook/redis'
import { history } from '../events.ts'
import type { Row, Sample, Side } from '../row.ts'
import { withRedis } from '../sides/plain-redis.ts'
import type { Size } from '../size.ts'
import { bookings, pages } from '../target-documents.ts'

/** Rows that are written together by hand. */
const PAGE_SIZE = 1_000

/** The log is in memory, so that what is measured is the fold and the target. */
async function measureProjection(events: number, targets: ReadModelTargets): Promise<Sample> {
  const daybook: Daybook = await open('memory:')
  await daybook.import(history(events))
  try {
    return await measure(events, () => daybook.project(bookings, { targets, follow: false }))
  } finally {
    await daybook.close()
  }
}

async function measure(events: number, work: () => Promise<unknown>): Promise<Sample> {
  const start = performance.now()
  await work()
  return { value: (events * 1_000) / (performance.now() - start) }
}

const inRedis: Side = {
  name: 'daybook',
  measure: async ({ redis, size }) => {
    await using server = await redis.empty()
    await using targets = redisTargets({ url: server.url })
    return await measureProjection(size.shortLogEvents, targets)
  },
}

const bareRedis: Side = {
  name: 'bare SET of the same rows, 1,000 in a pipeline',
  measure: async ({ redis, size }) => {
    await using server = await redis.empty()
    return await withRedis(server.url, (client) =>
      measure(size.shortLogEvents, async () => {
        for (const page of pages(size.shortLogEvents, PAGE_SIZE)) {
          await Promise.all(page.map(({ key, row }) => client.sendCommand(['SET', key, JSON.stringify(row)])))
        }
      }),
    )
  },
}

const inElasticsearch: Side = {
  name: 'daybook',
  measure: async ({ search, size }) => {
    const { url } = await search.any()
    const prefix = `bench-${randomUUID()}`
    const targets = elasticsearchTargets({ url, prefix })
    const sample = await measureProjection(size.shortLogEvents, targets)
    await remove(url, `${targets.aliasOf(bookings.name)}~1`)
    return sample
  },
}

const bareBulk: Side = {
  name: 'bare _bulk of the same rows, 1,000 in a request',
  measure: async ({ search, size }) => {
    const { url } = await search.any()
    const index = `bench-${randomUUID()}`
    await request(`${url}/${index}`, 'PUT', JSON.stringify({ settings: { index: { refresh_interval: '200ms' } } }))
    const sample = await measure(size.shortLogEvents, async () => {
      for (const page of pages(size.shortLogEvents, PAGE_SIZE)) {
        const lines = page.map(({ key, row }) => `{"index":{"_id":"${key}"}}\n${JSON.stringify(row)}\n`)
        await request(`${url}/${index}/_bulk?filter_path=errors`, 'POST', lines.join(''))
      }
    })
    await remove(url, index)
    return sample
  },
}

async function remove(url: string, index: string): Promise<void> {
  await request(`${url}/${encodeURIComponent(index)}`, 'DELETE')
}

async function request(url: string, method: string, body?: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  if (!response.ok || text.includes('"errors":true')) throw new Error(`${method} ${url}: ${text.slice(0, 500)}`)
}

export function redisReadModel({ shortLogEvents }: Size): Row {
  return {
    name: 'read-model-redis',
    title: `Redis read model over ${shortLogEvents.toLocaleString('en-US')} events, a new key each`,
    unit: 'events/s',
    sides: [inRedis, bareRedis],
    targets: [{ side: inRedis.name, against: bareRedis.name, atLeast: 0.6 }],
    note: 'Both with appendfsync always: what is acknowledged is on disk.',
  }
}

export function elasticsearchReadModel({ shortLogEvents }: Size): Row {
  return {
    name: 'read-model-elasticsearch',
    title: `Elasticsearch read model over ${shortLogEvents.toLocaleString('en-US')} events, a new key each`,
    unit: 'events/s',
    sides: [inElasticsearch, bareBulk],
    targets: [{ side: inElasticsearch.name, against: bareBulk.name, atLeast: 0.6 }],
  }
}
