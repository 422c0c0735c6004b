import { randomUUID } from 'node:crypto'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { open } from 'daybook'
import { describe, expect, test } from 'vitest'
import { FundsDeposited } from '../daybook/account.ts'
import { record, useContextManager } from './recording.ts'

useContextManager()

const deposits = (count: number) => Array.from({ length: count }, () => FundsDeposited({ amount: 1 }))

async function begin(events = 0) {
  const recording = record()
  const daybook = await open('memory:', { instruments: recording.instruments })
  if (events > 0) await daybook.import(deposits(events).map((event) => ({ ...event, stream: 'account-A17' })))
  return { ...recording, daybook }
}

describe('append', () => {
  test('is a span and a measurement, with log, category, counts and outcome', async () => {
    const { daybook, span, points } = await begin()
    await daybook.append('account-A17', deposits(3))
    const { attributes, kind, status } = span('append account')
    expect(kind).toBe(SpanKind.CLIENT)
    expect(status.code).toBe(SpanStatusCode.UNSET)
    expect(attributes).toEqual({
      'db.system.name': 'daybook',
      'db.operation.name': 'append',
      'db.namespace': 'main',
      'db.collection.name': 'account',
      'daybook.event.count': 3,
      'daybook.stream.count': 1,
      'daybook.outcome': 'recorded',
      'daybook.position': 3,
    })
    const place = { 'db.namespace': 'main', 'db.collection.name': 'account' }
    expect(await points('daybook.events.appended')).toEqual([{ attributes: place, value: 3 }])
    const [duration] = await points('db.client.operation.duration')
    expect(duration?.attributes).toMatchObject({ 'db.operation.name': 'append', 'daybook.outcome': 'recorded' })
    expect(duration?.value).toMatchObject({ count: 1 })
  })

  test('to several categories is named after the log', async () => {
    const { daybook, span } = await begin()
    const streams = ['account-A17', 'order-1'].map((stream) => ({ stream, events: deposits(1) }))
    await daybook.append({ streams })
    expect(span('append main').attributes).not.toHaveProperty('db.collection.name')
    expect(span('append main').attributes).toMatchObject({ 'daybook.event.count': 2, 'daybook.stream.count': 2 })
  })

  test('that repeats an earlier one says so, and its events do not count', async () => {
    const { daybook, spans, points } = await begin()
    const events = deposits(2).map((event) => ({ ...event, id: randomUUID() }))
    await daybook.append('account-A17', events, { expectedVersion: 0 })
    await daybook.append('account-A17', events, { expectedVersion: 0 })
    expect(spans().map(({ attributes }) => attributes['daybook.outcome'])).toEqual(['recorded', 'repeated'])
    expect(await points('daybook.events.appended')).toMatchObject([{ value: 2 }])
  })

  test('that conflicts is an error with its code, without message and stack, and is counted', async () => {
    const { daybook, span, points } = await begin()
    const refused = daybook.append('account-A17', deposits(1), { expectedVersion: 5 })
    await expect(refused).rejects.toThrow('account-A17')
    const { attributes, status, events } = span('append account')
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'version-conflict' })
    expect(attributes).toMatchObject({ 'error.type': 'version-conflict', 'daybook.outcome': 'version-conflict' })
    expect(events.map((event) => event.attributes)).toEqual([{ 'exception.type': 'version-conflict' }])
    expect(await points('daybook.append.conflicts')).toMatchObject([
      { attributes: { 'error.type': 'version-conflict' }, value: 1 },
    ])
    expect(await points('db.client.operation.duration')).toMatchObject([
      { attributes: { 'error.type': 'version-conflict' }, value: { count: 1 } },
    ])
  })

  test('that was aborted is no error', async () => {
    const { daybook, span } = await begin()
    const refused = daybook.append('account-A17', deposits(1), { signal: AbortSignal.abort() })
    await expect(refused).rejects.toThrow()
    expect(span('append account').attributes['daybook.outcome']).toBe('aborted')
    expect(span('append account').status.code).toBe(SpanStatusCode.UNSET)
  })

  test('names streams when asked to, on the span alone', async () => {
    const { instruments, span, collect } = record({ streamNames: true })
    await using daybook = await open('memory:', { instruments })
    await daybook.append('account-A17', deposits(1))
    expect(span('append account').attributes['daybook.streams']).toEqual(['account-A17'])
    expect(JSON.stringify(await collect())).not.toContain('A17')
  })
})

describe('import', () => {
  test('is a span with the number of events', async () => {
    const { span, points } = await begin(1_200)
    expect(span('import main').attributes).toMatchObject({
      'daybook.event.count': 1_200,
      'daybook.outcome': 'recorded',
    })
    expect(await points('daybook.events.appended')).toMatchObject([{ value: 1_200 }])
  })

  test('that fails half-way counts what stays recorded', async () => {
    const { daybook, span, points } = await begin()
    async function* halfWay() {
      for (const event of deposits(20_000)) yield { ...event, stream: 'account-A17' }
      throw new TypeError('The file ends here.')
    }
    await expect(daybook.import(halfWay())).rejects.toThrow()
    const recorded = await daybook.head()
    expect(recorded).toBeGreaterThan(0)
    expect(span('import main').attributes).toMatchObject({ 'daybook.event.count': recorded, 'error.type': 'TypeError' })
    expect(await points('daybook.events.appended')).toMatchObject([{ value: recorded }])
  })
})

describe('read', () => {
  const COUNT = 1_200

  test('readStream › is one span for an iteration, with its events and batches', async () => {
    const { daybook, span, points } = await begin(COUNT)
    let seen = 0
    for await (const _ of daybook.readStream('account-A17')) seen++
    expect(seen).toBe(COUNT)
    expect(span('readStream account').attributes).toMatchObject({
      'db.collection.name': 'account',
      'daybook.event.count': COUNT,
      'daybook.batch.count': 2,
      'daybook.outcome': 'completed',
    })
    const labels = { 'db.operation.name': 'readStream', 'db.namespace': 'main', 'db.collection.name': 'account' }
    expect(await points('daybook.events.read')).toEqual([{ attributes: labels, value: COUNT }])
  })

  test('read › is a span of the log, or of the category of its filter', async () => {
    const { daybook, span } = await begin(3)
    await daybook.read().toArray()
    await daybook.read({ category: 'account' }).toArray()
    expect(span('read main').attributes['daybook.event.count']).toBe(3)
    expect(span('read account').attributes['daybook.event.count']).toBe(3)
  })

  test('read › has no span until it is iterated over, and then one for each iteration', async () => {
    const { daybook, spans } = await begin()
    const reader = daybook.read()
    expect(spans().filter(({ name }) => name === 'read main')).toHaveLength(0)
    await reader.toArray()
    for await (const _ of reader.batches());
    expect(spans().filter(({ name }) => name === 'read main')).toHaveLength(2)
  })

  test('read › is ended by a consumer that leaves early, without error', async () => {
    const { daybook, span } = await begin(COUNT)
    for await (const _ of daybook.read()) break
    const { attributes, status } = span('read main')
    expect(attributes).toMatchObject({ 'daybook.outcome': 'stopped', 'daybook.event.count': 500 })
    expect(status.code).toBe(SpanStatusCode.UNSET)
  })

  test('read › is ended by an abort, between events and between batches, without error', async () => {
    const { daybook, spans } = await begin(COUNT)
    const byEvent = new AbortController()
    const byBatch = new AbortController()
    await expect(async () => {
      for await (const _ of daybook.read({ signal: byEvent.signal })) byEvent.abort(new Error('enough'))
    }).rejects.toThrow('enough')
    await expect(async () => {
      for await (const _ of daybook.read({ signal: byBatch.signal }).batches()) byBatch.abort(new Error('enough'))
    }).rejects.toThrow('enough')
    const reads = spans().filter(({ name }) => name === 'read main')
    expect(reads.map(({ attributes }) => attributes['daybook.outcome'])).toEqual(['aborted', 'aborted'])
    expect(reads.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET])
  })

  test('read › is ended by an error, with its code', async () => {
    const { daybook, span } = await begin(3)
    const reader = daybook.read()
    await daybook.close()
    await expect(reader.toArray()).rejects.toThrow()
    expect(span('read main').status).toEqual({ code: SpanStatusCode.ERROR, message: 'closed' })
    expect(span('read main').attributes['error.type']).toBe('closed')
  })

  test('read › measures the waiting for the store, not what the consumer does meanwhile', async () => {
    const { daybook, points } = await begin(3)
    for await (const _ of daybook.readStream('account-A17').batches()) {
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const durations = await points('db.client.operation.duration')
    const reads = durations.filter(({ attributes }) => attributes['db.operation.name'] === 'readStream')
    const sums = reads.map(({ value }) => (value as { readonly sum: number }).sum)
    expect(sums).toHaveLength(1)
    expect(sums[0]).toBeLessThan(0.2)
  })

  test('tail › counts events, and has no span', async () => {
    const { daybook, spans, points } = await begin(3)
    let seen = 0
    for await (const _ of daybook.tail({ category: 'account' })) if (++seen === 3) break
    expect(spans().map(({ name }) => name)).toEqual(['import main'])
    expect(await points('daybook.events.read')).toMatchObject([
      { attributes: { 'db.operation.name': 'tail', 'db.collection.name': 'account' }, value: 3 },
    ])
  })
})
