import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { RowChange } from '../../../src/store/index.ts'
import { type ElasticsearchOptions, elasticsearchTargets } from '../../../src/targets/elasticsearch/index.ts'
import { startRelay } from '../../support/relay.ts'
import { describeOnSearch, type SearchUnderTest } from '../../support/search.ts'

interface Product {
  readonly description: string
  readonly price: number
}

const catalogue = { name: 'catalogue', initial: { description: '', price: 0 } as Product }

describeOnSearch((server) => {
  describe('search', () => {
    test('finds a row by its words in well under a second, and no longer when it is deleted', async () => {
      const { targets, live } = await openPlace(server)
      await live.save(rows({ a: [{ description: 'red lantern', price: 295 }, 1] }), { from: 0, to: 1 })
      const found = await eventually(targets.find, ({ total }) => total === 1)
      expect(found.hits).toMatchObject([{ key: 'a', row: { description: 'red lantern', price: 295 }, position: 1 }])
      expect(found.waitedMs).toBeLessThan(900)
      await live.save(rows({ a: [undefined, 2] }), { from: 1, to: 2 })
      await eventually(targets.find, ({ total }) => total === 0)
    })

    test('finds what is saved at once where a batch waits for the refresh', async () => {
      const { targets, live } = await openPlace(server, { waitForRefresh: true })
      await live.save(rows({ a: [{ description: 'lantern', price: 1 }, 1] }), { from: 0, to: 1 })
      expect((await targets.find()).total).toBe(1)
    })

    test('is given mappings and settings, and any client may ask under the alias', async () => {
      const properties = { price: { type: 'integer' }, description: { type: 'keyword' } }
      const { targets, live, log } = await openPlace(server, {
        mappings: { catalogue: { dynamic: 'strict', properties } },
        settings: { catalogue: { number_of_replicas: 0 } },
      })
      await live.save(rows({ a: [{ description: 'red lantern', price: 5 }, 1] }), { from: 0, to: 1 })
      expect((await targets.find()).total).toBe(0)
      const response = await fetch(`${server.url}/${targets.aliasOf('catalogue', log)}`)
      const [index] = Object.values((await response.json()) as Record<string, { mappings: object; settings: object }>)
      expect(index).toMatchObject({ mappings: { properties }, settings: { index: { number_of_replicas: '0' } } })
    })
  })

  describe('the live generation', () => {
    test('takes no write while another is about to be swapped in, and again when that one is given up', async () => {
      const { targets, target, live, log } = await openPlace(server)
      await live.save(rows({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 })
      const building = await target.build('g')
      const other = await targets.open(log, 'catalogue')
      const catchUp = async () => {
        expect(await (await other.live('f')).save(rows({ a: [{ n: 2 }, 2] }), { from: 1, to: 2 })).toBe(false)
      }
      expect(await target.promote(building.id, { catchUp })).toBe(false)
      expect(await live.save(rows({ a: [{ n: 2 }, 2] }), { from: 1, to: 2 })).toBe(true)
      await expect(target.promote(building.id, { catchUp: () => Promise.reject(new Error('no')) })).rejects.toThrow(
        'no',
      )
      expect(await live.save(rows({ a: [{ n: 3 }, 3] }), { from: 2, to: 3 })).toBe(true)
    })

    test('is let go by the others when who held it has died, who then swaps nothing in', {
      timeout: 40_000,
    }, async () => {
      const { targets, target, live, log } = await openPlace(server)
      const building = await target.build('g')
      const other = await targets.open(log, 'catalogue')
      let wake = () => {}
      const asleep = new Promise<void>((resolve) => {
        wake = resolve
      })
      const promoted = target.promote(building.id, { evenBehind: true, catchUp: () => asleep })
      const save = async () => {
        await new Promise((resolve) => setTimeout(resolve, 250))
        return (await other.live('f')).save(rows({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 })
      }
      while (await live.save(rows({ a: [{ n: 0 }, 1] }), { from: 0, to: 0 }));
      const start = performance.now()
      while (!(await save()));
      expect(performance.now() - start).toBeLessThan(20_000)
      wake()
      expect(await promoted).toBe(false)
      expect((await target.generations()).map(({ state }) => state)).toEqual(['live', 'building'])
    })
  })

  describe('a row that the mapping refuses', () => {
    test('is named, without what it holds; the others are written, and the checkpoint stays', async () => {
      const { live } = await openPlace(server, { mappings: { catalogue: { properties: { at: { type: 'date' } } } } })
      const changes = rows({ good: [{ at: '2024-01-01' }, 1], bad: [{ at: 'secret-of-ada' }, 2], last: [{}, 3] })
      const saved = live.save(changes, { from: 0, to: 3 })
      const details = { readModel: 'catalogue', key: 'bad' }
      const failure = await saved.then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(failure).toMatchObject({ code: 'row-refused', details })
      expect(`${failure} ${(failure as Error).cause}`).not.toContain('secret-of-ada')
      expect([...(await live.load(['good', 'bad', 'last'])).keys()]).toEqual(['good', 'last'])
      expect(await live.checkpoint()).toBe(0)
    })
  })

  describe('what somebody else has done to a document', () => {
    test('does not keep a later row from being written', async () => {
      const { live, index } = await openPlace(server)
      await live.save(rows({ a: [{ n: 1 }, 1], b: [{ n: 1 }, 1] }), { from: 0, to: 1 })
      await fetch(`${index}/_doc/a`, { method: 'PUT', ...json({ n: 99 }) })
      await fetch(`${index}/_doc/b`, { method: 'DELETE' })
      await live.save(rows({ a: [{ n: 2 }, 2], b: [{ n: 2 }, 2] }), { from: 1, to: 2 })
      expect([await live.get('a'), await live.get('b')]).toEqual([{ n: 2 }, { n: 2 }])
    })

    test('is put right by rows that are folded anew, at the position they had', async () => {
      const { live, index } = await openPlace(server)
      await live.save(rows({ a: [{ n: 5 }, 5], b: [{ n: 5 }, 5], c: [{ n: 5 }, 5] }), { from: 0, to: 6 })
      await fetch(`${index}/_update/a`, { method: 'POST', ...json({ doc: { n: 99 } }) })
      await fetch(`${index}/_doc/b`, { method: 'DELETE' })
      const [a, b, c] = [live.get('a'), live.get('b'), live.get('c')]
      expect(await Promise.all([a, b, c])).toEqual([{ n: 99 }, undefined, { n: 5 }])
      await live.save(rows({ a: [{ n: 5 }, 5], b: [{ n: 5 }, 5], c: [{ n: 4 }, 4] }), { from: 6, to: 6 })
      expect(await Promise.all(['a', 'b', 'c'].map((key) => live.get(key)))).toEqual([{ n: 5 }, { n: 5 }, { n: 5 }])
    })

    test('is seen where all of them are gone, or their index is; then nothing is written', async () => {
      const { live, index } = await openPlace(server)
      expect(await live.isEmptied()).toBe(false)
      await live.save(rows({ a: [{ n: 1 }, 1] }), { from: 0, to: 1 })
      expect(await live.isEmptied()).toBe(false)
      await fetch(index, { method: 'DELETE' })
      expect(await live.isEmptied()).toBe(true)
      expect(await live.save(rows({ b: [{ n: 1 }, 2] }), { from: 1, to: 2 })).toBe(false)
      expect((await fetch(index)).status).toBe(404)
    })
  })

  describe('an index that was not made here', () => {
    test('is neither written nor deleted, and named', async () => {
      const { targets, log, alias } = placeOf(server)
      const taken = `${server.url}/${encodeURIComponent(`${alias}~1`)}`
      const target = await targets.open(log, 'catalogue')
      await target.live('f')
      const others = `${server.url}/${encodeURIComponent(`${alias}~2`)}`
      await fetch(others, { method: 'PUT', ...json({}) })
      await expect(target.build('g')).rejects.toMatchObject({ code: 'target-refused', details: { status: 400 } })
      expect([(await fetch(others)).status, (await fetch(taken)).status]).toEqual([200, 200])
    })
  })

  describe('the connection', () => {
    test('may be dropped at every fifth request, and everything is written once', async () => {
      await using relay = await startRelay(server.url, { dropEvery: 5 })
      const { targets, log } = placeOf({ url: relay.url, prefix: server.prefix })
      const live = await (await targets.open(log, 'catalogue')).live('f')
      for (let from = 0; from < 20; from++) {
        expect(await live.save(rows({ a: [{ n: from }, from + 1] }), { from, to: from + 1 })).toBe(true)
      }
      expect(relay.drops).toBeGreaterThan(5)
      expect([await live.get('a'), await live.checkpoint(), await live.count()]).toEqual([{ n: 19 }, 20, 1])
    })
  })
})

function placeOf({ url, prefix }: SearchUnderTest, options: Omit<ElasticsearchOptions, 'url'> = {}) {
  const log = randomUUID()
  const targets = elasticsearchTargets({ url, prefix, ...options })
  const find = () => targets.search(catalogue, { query: { match: { description: 'lantern' } } }, { log })
  return { targets: { ...targets, find }, log, alias: targets.aliasOf('catalogue', log) }
}

async function openPlace(server: SearchUnderTest, options: Omit<ElasticsearchOptions, 'url'> = {}) {
  const { targets, log, alias } = placeOf(server, options)
  const target = await targets.open(log, 'catalogue')
  const live = await target.live('f')
  return { targets, target, live, log, index: `${server.url}/${encodeURIComponent(`${alias}~${live.id}`)}` }
}

function rows(all: Readonly<Record<string, readonly [row: unknown, position: number]>>): Map<string, RowChange> {
  return new Map(Object.entries(all).map(([key, [row, position]]) => [key, { row, position }]))
}

function json(body: object) {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** Asks again and again, and says how long it took. */
async function eventually<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T & { waitedMs: number }> {
  const start = performance.now()
  for (;;) {
    const answer = await ask()
    const waitedMs = performance.now() - start
    if (isIt(answer)) return { ...answer, waitedMs }
    if (waitedMs > 10_000) throw new Error(`It has not come true: ${JSON.stringify(answer)}`)
  }
}
