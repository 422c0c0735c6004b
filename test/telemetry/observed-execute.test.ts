import { SpanStatusCode } from '@opentelemetry/api'
import { aggregate, command, type EventLog, event, open, reject, unauthorised } from 'daybook'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Account, AccountOpened, FundsDeposited, withdraw } from '../daybook/account.ts'
import { record, useContextManager } from './recording.ts'

useContextManager()

const input = { amount: 20, channel: 'atm' }

async function begin(decorate: (log: EventLog) => EventLog = (log) => log) {
  const recording = record()
  const { log, ...others } = recording.instruments
  const daybook = await open('memory:', { instruments: { ...others, log: (bare) => log(decorate(bare)) } })
  await daybook.append('account-A17', [AccountOpened({ owner: 'Ada' }), FundsDeposited({ amount: 100 })])
  return { ...recording, daybook }
}

test('execute › is a span with command, category, outcome and attempts', async () => {
  const { daybook, span, points } = await begin()
  await daybook.execute(withdraw, 'A17', input)
  const { attributes, status } = span('execute Withdraw')
  expect(attributes).toEqual({
    'daybook.command.name': 'Withdraw',
    'db.collection.name': 'account',
    'daybook.categories': ['account'],
    'daybook.outcome': 'accepted',
    'daybook.command.attempts': 1,
    'daybook.event.count': 1,
    'daybook.position': 3,
    'daybook.repeated': false,
  })
  expect(status.code).toBe(SpanStatusCode.UNSET)
  const labels = { 'daybook.command.name': 'Withdraw', 'db.collection.name': 'account', 'daybook.outcome': 'accepted' }
  expect(await points('daybook.command.duration')).toMatchObject([{ attributes: labels, value: { count: 1 } }])
})

test('execute › is the parent of its reads and its append, and the child of what calls it', async () => {
  const { daybook, span, spans, tracer } = await begin()
  const request = await tracer.startActiveSpan('request', async (active) => {
    await daybook.execute(withdraw, 'A17', input)
    active.end()
    return active.spanContext()
  })
  const execute = span('execute Withdraw')
  const children = spans().filter((each) => each.parentSpanContext?.spanId === execute.spanContext().spanId)
  expect(execute.parentSpanContext?.spanId).toBe(request.spanId)
  expect(children.map(({ name }) => name)).toEqual(['readStream account', 'append account'])
})

test('execute › at the same time, each append is under its own command', async () => {
  const { daybook, spans } = await begin()
  await Promise.all(Array.from({ length: 5 }, () => daybook.execute(withdraw, 'A17', { ...input, amount: 1 })))
  const commands = spans().filter(({ name }) => name === 'execute Withdraw')
  const parents = spans()
    .filter((each) => each.name === 'append account' && each.parentSpanContext !== undefined)
    .map((each) => each.parentSpanContext?.spanId)
  expect(parents.toSorted()).toEqual(commands.map((each) => each.spanContext().spanId).toSorted())
})

test('execute › a conflict that is decided again is an attempt, and no error of the command', async () => {
  let isFirst = true
  const { daybook, spans, span } = await begin((log) => ({
    ...toPlain(log),
    async append(request, options) {
      // Another writer, just before the command's first append.
      if (request.conditions !== undefined && isFirst) {
        isFirst = false
        await log.append({ streams: [{ stream: 'account-A17', events: [FundsDeposited({ amount: 1 })] }] })
      }
      return await log.append(request, options)
    },
  }))
  await daybook.execute(withdraw, 'A17', input)
  expect(span('execute Withdraw').attributes).toMatchObject({
    'daybook.outcome': 'accepted',
    'daybook.command.attempts': 2,
  })
  const appends = spans().filter(({ name }) => name === 'append account')
  expect(appends.map(({ attributes }) => attributes['daybook.outcome'])).toEqual([
    'recorded',
    'version-conflict',
    'recorded',
  ])
})

test('execute › a rejection is an outcome with its reason, counted once however often it is repeated', async () => {
  const { daybook, spans, points } = await begin()
  const ask = () => daybook.execute(withdraw, 'A17', { ...input, amount: 999 }, { commandId: 'once' })
  await ask()
  await ask()
  const commands = spans().filter(({ name }) => name === 'execute Withdraw')
  expect(commands.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET])
  expect(commands.map(({ attributes }) => attributes['daybook.repeated'])).toEqual([false, true])
  expect(commands[0]?.attributes).toMatchObject({
    'daybook.outcome': 'rejected',
    'daybook.rejection.reason': 'InsufficientFunds',
  })
  expect(await points('daybook.command.rejections')).toMatchObject([
    { attributes: { 'daybook.rejection.reason': 'InsufficientFunds' }, value: 1 },
  ])
})

test('execute › an invalid input is an outcome with the number of issues', async () => {
  const { daybook, span } = await begin()
  await daybook.execute(withdraw, 'A17', { amount: -1, channel: 'atm' })
  expect(span('execute Withdraw').attributes).toMatchObject({ 'daybook.outcome': 'invalid', 'daybook.issue.count': 1 })
})

test('execute › a refusal is an outcome, and says whose it is and nothing more', async () => {
  const { daybook, span } = await begin()
  const closed = Account.command('Close', z.object({}), () => undefined, { authorise: () => unauthorised('NotOfA17') })
  await daybook.execute(closed, 'A17', {})
  const { attributes, status } = span('execute Close')
  expect(attributes).toMatchObject({ 'daybook.outcome': 'unauthorised', 'daybook.unauthorised.by': 'command' })
  expect(status.code).toBe(SpanStatusCode.UNSET)
  expect(JSON.stringify(attributes)).not.toContain('NotOfA17')
})

test('execute › what is thrown is an error, an abort is not', async () => {
  const { daybook, spans } = await begin()
  const broken = Account.command('Break', z.object({}), () => {
    throw new RangeError('of A17')
  })
  await expect(daybook.execute(broken, 'A17', {})).rejects.toThrow()
  await expect(daybook.execute(withdraw, 'A17', input, { signal: AbortSignal.abort() })).rejects.toThrow()
  const [thrown, aborted] = spans().filter(({ name }) => name.startsWith('execute'))
  expect(thrown?.status.code).toBe(SpanStatusCode.ERROR)
  expect(aborted?.status.code).toBe(SpanStatusCode.UNSET)
  expect(aborted?.attributes['daybook.outcome']).toBe('aborted')
})

test('execute › over several categories has them all, and none as the one', async () => {
  const Ledger = aggregate('ledger', { events: [event('Noted', z.object({}))], initial: {} }).evolve({
    Noted: (state) => state,
  })
  const check = command('Check', { of: Account, on: Ledger }, z.object({}), () => reject('Never'))
  const { daybook, span } = await begin()
  await daybook.execute(check, { of: 'A17', on: 'L1' }, {})
  expect(span('execute Check').attributes['daybook.categories']).toEqual(['account', 'ledger'])
  expect(span('execute Check').attributes).not.toHaveProperty('db.collection.name')
})

test('snapshots › are counted, found and missing', async () => {
  const { daybook, points } = await begin()
  await daybook.stateOf(Account, 'A17')
  const label = { 'db.collection.name': 'account', 'daybook.outcome': 'missing' }
  expect(await points('daybook.snapshot.loads')).toMatchObject([{ attributes: label, value: 1 }])
  const log = record().instruments.log(daybook.store.log('main'))
  expect(await log.snapshots.load({ stream: 'account-A17', definition: 'account', fingerprint: 'f' })).toBeUndefined()
})

/** A log as plain functions, so that one of them can be replaced. */
function toPlain(log: EventLog): EventLog {
  const { name, snapshots, checkpoints, leases, commands } = log
  return {
    name,
    snapshots,
    checkpoints,
    leases,
    commands,
    append: (request, options) => log.append(request, options),
    readStream: (stream, options) => log.readStream(stream, options),
    read: (options) => log.read(options),
    tail: (options) => log.tail(options),
    streamVersion: (stream) => log.streamVersion(stream),
    head: () => log.head(),
    positionAt: (time) => log.positionAt(time),
    streams: (options) => log.streams(options),
    types: () => log.types(),
    import: (events, options) => log.import(events, options),
  }
}
