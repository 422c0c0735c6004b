import { aggregate, command, type Daybook, type EventLog, event, open, reject } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'

const Counted = event('Counted', z.object({ n: z.int(), at: z.string().optional() }))
const Other = event('Other', z.object({}))
const Counter = aggregate('counter', { events: [Counted], initial: { total: 0 } }).evolve({
  Counted: (counter, { n }) => ({ total: counter.total + n }),
})
const count = Counter.command('Count', z.object({ n: z.int() }), (counter, { n }) => {
  if (n < 0) return reject('Negative')
  if (n > 100) return reject('TooMuch', { total: counter.total, hint: undefined })
  return n === 0 ? undefined : Array.from({ length: n }, () => Counted({ n: 1 }))
})

describe('execute', () => {
  test('records what the rule decides, with who, why and when', async () => {
    await using daybook = await open('memory:')
    const result = await daybook.execute(
      count,
      'A',
      { n: 2 },
      {
        commandId: 'c1',
        actor: 'ada',
        causationId: 'mail-7',
        effectiveAt: new Date('2026-01-02T03:04:05Z'),
        metadata: { tenant: 't1', actor: 'somebody else', nothing: undefined },
      },
    )
    expect(result).toMatchObject({ status: 'accepted', version: 2, position: 2, repeated: false })
    const [first] = await daybook.readStream('counter-A').toArray()
    expect(first?.metadata).toEqual({
      command: 'Count',
      commandId: 'c1',
      correlationId: 'c1',
      causationId: 'mail-7',
      actor: 'ada',
      effectiveAt: '2026-01-02T03:04:05.000Z',
      tenant: 't1',
    })
  })

  test('gives what belongs together a correlation id, and a rule the circumstances', async () => {
    await using daybook = await open('memory:')
    const look = Counter.command('Look', z.object({}), (_, __, context) =>
      Counted({ n: 1, at: `${context.stream}/${context.id}/${context.actor}/${context.now instanceof Date}` }),
    )
    await daybook.execute(look, 'A', {}, { actor: 'ada' })
    const [seen] = await daybook.readStream('counter-A').toArray()
    expect(seen?.data).toMatchObject({ at: 'counter-A/A/ada/true' })
    expect(seen?.metadata).toEqual({
      command: 'Look',
      actor: 'ada',
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('what the rule says of one event stays with it, but not in place of who and why', async () => {
    await using daybook = await open('memory:')
    const metadata = { effectiveAt: '2020-01-01', shelf: 'x', actor: 'nobody', command: 'Forged' }
    const tell = Counter.command('Tell', z.object({}), () => Counted({ n: 1 }, { metadata }))
    await daybook.execute(tell, 'A', {}, { actor: 'ada', effectiveAt: '2026-01-01' })
    const [told] = await daybook.readStream('counter-A').toArray()
    expect(told?.metadata).toMatchObject({ effectiveAt: '2020-01-01', shelf: 'x', actor: 'ada', command: 'Tell' })
  })

  test('a command id belongs to one command on one stream', async () => {
    await using daybook = await open('memory:')
    const other = Counter.command('Other', z.object({ n: z.int() }), () => undefined)
    await daybook.execute(count, 'A', { n: 1 }, { commandId: 'c' })
    const reused = { code: 'command-id-reused', details: { log: 'main', commandId: 'c' } }
    await expect(daybook.execute(count, 'B', { n: 1 }, { commandId: 'c' })).rejects.toMatchObject(reused)
    await expect(daybook.execute(other, 'A', { n: 1 }, { commandId: 'c' })).rejects.toMatchObject(reused)
    expect(await daybook.head()).toBe(1)
  })

  test('a rule that decides on nothing is accepted, and writes nothing', async () => {
    await using daybook = await open('memory:')
    await daybook.execute(count, 'A', { n: 3 })
    const nothing = { status: 'accepted', version: 3, position: 3, events: [] }
    expect(await daybook.execute(count, 'A', { n: 0 })).toEqual({ ...nothing, repeated: false })
    expect(await daybook.execute(count, 'A', { n: 0 }, { commandId: 'c' })).toEqual({ ...nothing, repeated: false })
    await daybook.execute(count, 'A', { n: 1 })
    expect(await daybook.execute(count, 'A', { n: 0 }, { commandId: 'c' })).toEqual({ ...nothing, repeated: true })
  })

  test('a rejection carries its reason and its details', async () => {
    await using daybook = await open('memory:')
    const rejected = { status: 'rejected', repeated: false }
    expect(await daybook.execute(count, 'A', { n: -1 })).toEqual({
      ...rejected,
      reason: 'Negative',
      details: undefined,
    })
    const details = { total: 0 }
    expect(await daybook.execute(count, 'A', { n: 101 })).toStrictEqual({ ...rejected, reason: 'TooMuch', details })
    expect(await daybook.head()).toBe(0)
  })

  test('bad input gives every issue with its path, and nothing is loaded', async () => {
    const schema = z.object({ lines: z.array(z.object({ price: z.number() })), by: z.string() })
    const order = Counter.command('Order', schema, () => undefined)
    await using daybook = await open('memory:', { instruments: { log: (log) => failOn(log, 'readStream') } })
    // @ts-expect-error as a caller without types would
    const result = await daybook.execute(order, 'A', { lines: [{ price: 1 }, { price: 'x' }] })
    expect(result).toEqual({
      status: 'invalid',
      issues: [
        { path: ['lines', 1, 'price'], message: expect.any(String) },
        { path: ['by'], message: expect.any(String) },
      ],
    })
  })

  test('an input schema may take its time, and the rule sees what it puts out', async () => {
    await using daybook = await open('memory:')
    const schema = z.object({ n: z.string().transform(async (n) => Number(n)) })
    const slow = Counter.command('Slow', schema, (_, { n }) => Counted({ n }))
    await daybook.execute(slow, 'A', { n: '41' })
    expect(await daybook.stateOf(Counter, 'A')).toEqual({ total: 41 })
  })

  test('an expected version that is not met is a conflict, at once', async () => {
    await using daybook = await open('memory:')
    await daybook.execute(count, 'A', { n: 2 })
    const conflict = {
      status: 'conflict',
      stream: 'counter-A',
      expected: 1,
      actual: 2,
      retryAfterMs: expect.any(Number),
    }
    expect(await daybook.execute(count, 'A', { n: 1 }, { expectedVersion: 1 })).toEqual(conflict)
    expect(await daybook.execute(count, 'A', { n: 1 }, { expectedVersion: 'none' })).toMatchObject({ expected: 'none' })
    expect(await daybook.execute(count, 'B', { n: 1 }, { expectedVersion: 'exists' })).toMatchObject({ actual: 0 })
    expect(await daybook.execute(count, 'A', { n: 1 }, { expectedVersion: 2 })).toMatchObject({ version: 3 })
    expect(await daybook.execute(count, 'B', { n: 1 }, { expectedVersion: 'none' })).toMatchObject({ version: 1 })
  })

  test('when others write meanwhile it decides again on what is new, reading no more than that', async () => {
    const reads: unknown[] = []
    const meddle = { times: 3 }
    await using daybook = await open('memory:', { instruments: { log: (log) => meddling(log, meddle, reads) } })
    const add = Counter.command('Add', z.object({}), ({ total }) => Counted({ n: total + 1 }))
    expect(await daybook.execute(add, 'A', {})).toMatchObject({
      status: 'accepted',
      version: 4,
      events: [{ data: { n: 31 } }],
    })
    expect(reads).toEqual([1, 1, 2, 3])
  })

  test('a stream that never stands still ends in a conflict, after as many attempts as are allowed', async () => {
    const reads: unknown[] = []
    const meddle = { times: 1_000 }
    await using daybook = await open('memory:', { instruments: { log: (log) => meddling(log, meddle, reads) } })
    const result = await daybook.execute(count, 'A', { n: 1 }, { maxAttempts: 3 })
    expect(result).toMatchObject({ status: 'conflict', stream: 'counter-A', expected: 2, actual: 3 })
    expect(reads).toHaveLength(3)
  })

  test('no attempt begins later than was said', async () => {
    const reads: unknown[] = []
    const meddle = { times: 1_000 }
    await using daybook = await open('memory:', {
      commands: { retryForMs: 0 },
      instruments: { log: (log) => meddling(log, meddle, reads) },
    })
    const result = await daybook.execute(count, 'A', { n: 1 })
    expect(result).toMatchObject({ status: 'conflict', expected: 0, actual: 1, retryAfterMs: expect.any(Number) })
    expect(reads).toHaveLength(1)
    const options = { retryForMs: 60, maxAttempts: 1_000_000 }
    const beganAtMs = performance.now()
    expect(await daybook.execute(count, 'A', { n: 1 }, options)).toMatchObject({ status: 'conflict' })
    expect(performance.now() - beganAtMs).toBeLessThan(2_000)
  })

  test('what a daybook says of attempts holds where a command does not say', async () => {
    const reads: unknown[] = []
    const meddle = { times: 1_000 }
    await using daybook = await open('memory:', {
      commands: { maxAttempts: 2 },
      instruments: { log: (log) => meddling(log, meddle, reads) },
    })
    expect(await daybook.execute(count, 'A', { n: 1 })).toMatchObject({ status: 'conflict', expected: 1 })
    expect(reads).toHaveLength(2)
    expect(await daybook.execute(count, 'A', { n: 1 }, { maxAttempts: 1 })).toMatchObject({ status: 'conflict' })
  })

  test.each(['validating', 'loading', 'loading the snapshot', 'appending', 'looking for an earlier result'] as const)(
    'an abort ends the waiting for %s',
    async (wait) => {
      const never = () => new Promise<never>(() => {})
      const endless = {
        async *[Symbol.asyncIterator]() {
          yield await never()
        },
      }
      const members: Partial<EventLog> = {
        ...(wait === 'loading' ? { readStream: () => endless as never } : {}),
        ...(wait === 'loading the snapshot' ? { snapshots: { load: never, save: never, clear: never } } : {}),
        ...(wait === 'appending' ? { append: never } : {}),
        ...(wait === 'looking for an earlier result' ? { commands: { find: never, prune: never } } : {}),
      }
      const daybook = await open('memory:', { instruments: { log: (log) => instead(log, members) } })
      const schema = z.object({ n: z.int() }).refine(() => (wait === 'validating' ? never() : true))
      const Snapshotted = aggregate('counter', { events: [Counted], initial: {}, snapshot: { every: 1 } }).evolve({
        Counted: (counter) => counter,
      })
      const add = Snapshotted.command('Add', schema, (_, { n }) => Counted({ n }))
      const aborting = new AbortController()
      const reason = new Error('enough')
      const expected = wait === 'looking for an earlier result' ? { expectedVersion: 7 } : {}
      const options = { signal: aborting.signal, commandId: 'c1', ...expected }
      const executed = daybook.execute(add, 'A', { n: 1 }, options)
      setTimeout(() => aborting.abort(reason), 5)
      await expect(executed).rejects.toBe(reason)
    },
  )

  test('an abort ends the waiting with its own reason, and those behind it go on', async () => {
    const meddle = { times: 6 }
    await using daybook = await open('memory:', { instruments: { log: (log) => meddling(log, meddle, []) } })
    const reason = new Error('enough')
    const first = daybook.execute(count, 'A', { n: 1 })
    const aborting = new AbortController()
    const second = daybook.execute(count, 'A', { n: 1 }, { signal: aborting.signal })
    const third = daybook.execute(count, 'A', { n: 1 })
    aborting.abort(reason)
    await expect(second).rejects.toBe(reason)
    expect(await first).toMatchObject({ status: 'accepted' })
    expect(await third).toMatchObject({ status: 'accepted', version: 8 })
    await expect(daybook.execute(count, 'A', { n: 1 }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('a rule that breaks its contract is named', async () => {
    await using daybook = await open('memory:')
    const schema = z.object({})
    const foreign: () => never = () => Other({}) as never
    const rules: Record<string, () => never> = {
      'decides asynchronously': () => Promise.resolve(undefined) as never,
      'no event of counter': foreign,
      'by hand': () => ({ type: 'Counted', data: { n: 1 } }) as never,
      'decides on undefined': () => 'yes' as never,
      'makes the rejection TooLate, and does not return it': () => {
        reject('TooLate')
        return Counted({ n: 1 }) as never
      },
    }
    for (const [problem, rule] of Object.entries(rules)) {
      const broken = Counter.command('Broken', schema, rule)
      await expect(daybook.execute(broken, 'A', {})).rejects.toMatchObject({ code: 'broken-definition' })
      await expect(daybook.execute(broken, 'A', {})).rejects.toThrow(problem)
    }
    expect(await daybook.head()).toBe(0)
  })

  test('a rule may make several rejections, and give one', async () => {
    await using daybook = await open('memory:')
    const picky = Counter.command('Pick', z.object({}), () => [reject('First'), reject('Second')][0])
    expect(await daybook.execute(picky, 'A', {})).toMatchObject({ status: 'rejected', reason: 'First' })
    reject('of nobody')
    expect(await daybook.execute(count, 'A', { n: 1 })).toMatchObject({ status: 'accepted' })
  })

  test('bad arguments are named', async () => {
    await using daybook = await open('memory:')
    const code = 'invalid-argument'
    await expect(daybook.execute(count, '', { n: 1 })).rejects.toMatchObject({ code })
    await expect(daybook.execute(count, 'A', { n: 1 }, { maxAttempts: 0 })).rejects.toMatchObject({ code })
    await expect(daybook.execute(count, 'A', { n: 1 }, { effectiveAt: 'soon' })).rejects.toMatchObject({ code })
    await expect(daybook.execute(count, 'A', { n: 1 }, { commandId: 'x'.repeat(256) })).rejects.toMatchObject({ code })
    for (const expected of [null, '3', -1, 1.5]) {
      const options = { expectedVersion: expected as never }
      await expect(daybook.execute(count, 'A', { n: 1 }, options)).rejects.toMatchObject({ code })
    }
    const numbered = { commandId: 5 as unknown as string }
    await expect(daybook.execute(count, 'A', { n: 1 }, numbered)).rejects.toMatchObject({
      code,
      details: { argument: 'commandId' },
    })
    // @ts-expect-error as a caller without types would
    await expect(daybook.execute({}, 'A', {})).rejects.toMatchObject({ code, details: { argument: 'command' } })
    // @ts-expect-error
    await expect(daybook.execute(count, 17, { n: 1 })).rejects.toMatchObject({ code })
  })
})

describe('execute over several', () => {
  const move = command(
    'Move',
    { from: Counter, to: Counter, rules: Counter },
    z.object({ n: z.int() }),
    (states, { n }) => {
      if (states.rules.total > 0) return reject('Closed')
      return { from: Counted({ n: -n }), to: Counted({ n }) }
    },
  )
  const ids = { from: 'A', to: 'B', rules: 'R' }

  test('holds a stream that it only looks at to its version too', async () => {
    let isFirst = true
    await using daybook: Daybook = await open('memory:', {
      instruments: {
        log: (log) =>
          onAppend(log, async (request) => {
            if (isFirst && request.conditions?.length === 1) {
              isFirst = false
              await log.append({ streams: [{ stream: 'counter-R', events: [Counted({ n: 1 })] }] })
            }
          }),
      },
    })
    expect(await daybook.execute(move, ids, { n: 5 })).toMatchObject({ status: 'rejected', reason: 'Closed' })
    expect(await daybook.streamVersion('counter-A')).toBe(0)
  })

  test('an expected version of one part is checked for that part', async () => {
    await using daybook = await open('memory:')
    const result = await daybook.execute(move, ids, { n: 5 }, { expectedVersion: { to: 4 } })
    expect(result).toMatchObject({ status: 'conflict', stream: 'counter-B', expected: 4, actual: 0 })
    expect(await daybook.execute(move, ids, { n: 5 }, { expectedVersion: { from: 0 } })).toEqual({
      status: 'accepted',
      versions: { from: 1, to: 1, rules: 0 },
      position: 2,
      events: [expect.anything(), expect.anything()],
      repeated: false,
    })
  })

  test('a part that the command does not have is a broken definition', async () => {
    await using daybook = await open('memory:')
    const broken = command('Broken', { from: Counter }, z.object({}), () => ({ form: Counted({ n: 1 }) }) as never)
    await expect(daybook.execute(broken, { from: 'A' }, {})).rejects.toMatchObject({ code: 'broken-definition' })
  })
})

type Request = Parameters<EventLog['append']>[0]

/** The log, with something done before each append. */
function onAppend(log: EventLog, before: (request: Request) => Promise<void>): EventLog {
  return instead(log, {
    append: async (request, options) => {
      await before(request)
      return await log.append(request, options)
    },
  })
}

/** The log, with another writer who is faster as often as `meddle` says; `reads` collects where reading begins. */
function meddling(log: EventLog, meddle: { times: number }, reads: unknown[]): EventLog {
  const faster = onAppend(log, async () => {
    if (meddle.times-- > 0) await log.append({ streams: [{ stream: 'counter-A', events: [Counted({ n: 10 })] }] })
  })
  return instead(faster, {
    readStream: (stream, options) => {
      reads.push(options?.fromVersion)
      return log.readStream(stream, options)
    },
  })
}

function failOn(log: EventLog, name: keyof EventLog): EventLog {
  return instead(log, { [name]: () => expect.fail(`${name} was called`) })
}
