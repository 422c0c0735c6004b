import { SpanStatusCode } from '@opentelemetry/api'
import { AggregationTemporality } from '@opentelemetry/sdk-metrics'
import { type DaybookError, open, readModel } from 'daybook'
import { expect, test } from 'vitest'
import { AccountOpened, balances, FundsDeposited } from '../daybook/account.ts'
import { record, useContextManager } from './recording.ts'

useContextManager()

async function begin(temporality?: AggregationTemporality) {
  const recording = record({}, temporality)
  return { ...recording, daybook: await open('memory:', { instruments: recording.instruments }) }
}

test('project › is a span for each batch, with projection, events, documents and checkpoint', async () => {
  const { daybook, span, points } = await begin()
  await daybook.append('account-A17', [FundsDeposited({ amount: 1 }), FundsDeposited({ amount: 2 })])
  await daybook.project(balances, { follow: false })
  const { attributes, status } = span('project account-balances')
  expect(status.code).toBe(SpanStatusCode.UNSET)
  expect(attributes).toEqual({
    'daybook.projection': 'account-balances',
    'db.namespace': 'main',
    'daybook.event.count': 2,
    'daybook.document.count': 1,
    'daybook.checkpoint.from': 0,
    'daybook.checkpoint': 2,
    'daybook.outcome': 'applied',
  })
  const labels = { 'daybook.projection': 'account-balances', 'db.namespace': 'main' }
  expect(await points('daybook.events.projected')).toEqual([{ attributes: labels, value: 2 }])
  expect(await points('daybook.projection.batch.duration')).toMatchObject([{ value: { count: 1 } }])
})

test('project › is a trace of its own, whatever request it was started in', async () => {
  const { daybook, span, tracer } = await begin()
  await daybook.append('account-A17', FundsDeposited({ amount: 1 }))
  await tracer.startActiveSpan('request', async (active) => {
    await daybook.project(balances, { follow: false })
    active.end()
  })
  expect(span('project account-balances').parentSpanContext).toBeUndefined()
})

test('project › a batch that cannot be applied is an error with its code, and the lag grows from there', async () => {
  const { daybook, span, points } = await begin()
  const broken = readModel('broken', {
    events: [FundsDeposited],
    key: ({ stream }) => stream.id,
    initial: {},
  }).evolve({
    FundsDeposited: () => {
      throw new Error('of A17')
    },
  })
  await daybook.append('account-A17', [FundsDeposited({ amount: 1 }), AccountOpened({ owner: 'Ada' })])
  const failed = new Promise<DaybookError>(
    (onFailure) => void daybook.project(broken, { maxQuarantinedKeys: 0, onFailure }),
  )
  expect((await failed).code).toBe('projection-failed')
  expect(span('project broken').status).toEqual({ code: SpanStatusCode.ERROR, message: 'projection-failed' })
  const label = { 'daybook.projection': 'broken', 'db.namespace': 'main' }
  expect(await points('daybook.projection.backlog')).toEqual([{ attributes: label, value: 2 }])
  const [lag] = await points('daybook.projection.lag')
  expect(lag?.value).toBeGreaterThan(0)
})

test('lag › is nothing where no event of its own waits, wherever the head is, and asking makes no spans', async () => {
  const { daybook, spans, points } = await begin()
  await daybook.append('account-A17', [FundsDeposited({ amount: 1 })])
  await daybook.project(balances, { follow: false })
  await daybook.append('account-A17', [AccountOpened({ owner: 'Ada' })])
  const before = spans().length
  expect(await points('daybook.projection.backlog')).toMatchObject([{ value: 0 }])
  expect(await points('daybook.projection.lag')).toMatchObject([{ value: 0 }])
  expect(spans()).toHaveLength(before)
})

test('lag › is that of each projection and log, and of none whose store is closed', async () => {
  // The SDK repeats cumulative values that are observed no more.
  const { daybook, points } = await begin(AggregationTemporality.DELTA)
  const other = daybook.log('other')
  for (const book of [daybook, other]) {
    await book.append('account-A17', FundsDeposited({ amount: 1 }))
    await book.project(balances, { follow: false })
  }
  await other.append('account-A17', FundsDeposited({ amount: 1 }))
  expect(await points('daybook.projection.backlog')).toMatchObject([
    { attributes: { 'db.namespace': 'main' }, value: 0 },
    { attributes: { 'db.namespace': 'other' }, value: 1 },
  ])
  await daybook.close()
  expect(await points('daybook.projection.lag')).toEqual([])
})
