/** What stands around every command: in its order, once, and held to its contract. */
import { type Asked, aggregate, event, type Middleware, open, reject } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const Counted = event('Counted', z.object({ n: z.int() }))
const Counter = aggregate('counter', { events: [Counted], initial: { total: 0 } }).evolve({
  Counted: (counter, { n }) => ({ total: counter.total + n }),
})
const count = Counter.command('Count', z.object({ n: z.int() }), (_, { n }) =>
  n < 0 ? reject('Negative') : Counted({ n }),
)

describe('middleware', () => {
  test('stands around a command like the layers of an onion, the first outermost, and sees what comes of it', async () => {
    const steps: string[] = []
    const layer =
      (name: string): Middleware =>
      async ({ command, log, target, input, options }, next) => {
        steps.push(`${name}> ${command.name} ${log} ${target} ${JSON.stringify(input)} ${options.actor}`)
        const result = await next()
        steps.push(`<${name} ${result.status}`)
        return result
      }
    await using daybook = await open('memory:', { middleware: [layer('a'), layer('b')] })
    await daybook.execute(count, 'A', { n: 1 }, { actor: 'ada' })
    await daybook.log('other').execute(count, 'B', { n: -1 })
    await daybook.execute(count, 'A', { n: 0.5 })
    expect(steps).toEqual([
      'a> Count main A {"n":1} ada',
      'b> Count main A {"n":1} ada',
      '<b accepted',
      '<a accepted',
      'a> Count other B {"n":-1} undefined',
      'b> Count other B {"n":-1} undefined',
      '<b rejected',
      '<a rejected',
      'a> Count main A {"n":0.5} undefined',
      'b> Count main A {"n":0.5} undefined',
      '<b invalid',
      '<a invalid',
    ])
  })

  test('may answer by itself, and what is inside of it learns nothing', async () => {
    const closed: Middleware = async () => ({ status: 'unauthorised', by: 'daybook', reason: 'Closed', details: 8 })
    await using daybook = await open('memory:', {
      middleware: [closed, () => expect.fail('it was asked')],
      authorise: () => expect.fail('it was asked'),
    })
    const result = await daybook.execute(count, 'A', { n: 1 })
    expect(result).toEqual({ status: 'unauthorised', by: 'daybook', reason: 'Closed', details: 8 })
    expect(await daybook.head()).toBe(0)
  })

  test('may change what is asked, such as add the tenant, but not which command on which log', async () => {
    const tenancy: Middleware = (asked, next) => {
      const metadata = { ...asked.options.metadata, tenant: 't7' }
      return next({ target: `t7-${asked.target}`, options: { ...asked.options, metadata } })
    }
    const forge: Middleware = (_, next) => next({ log: 'other', command: undefined } as never)
    const seen: Asked[] = []
    const look: Middleware = (asked, next) => {
      seen.push(asked)
      return next()
    }
    await using daybook = await open('memory:', { middleware: [forge, tenancy, look] })
    expect(await daybook.execute(count, 'A', { n: 1 }, { metadata: { via: 'web' } })).toMatchObject({ version: 1 })
    const [event] = await daybook.readStream('counter-t7-A').toArray()
    expect(event?.metadata).toMatchObject({ tenant: 't7', via: 'web', command: 'Count' })
    expect(seen).toMatchObject([{ log: 'main', command: { name: 'Count' } }])
  })

  test('sees what is thrown, and may pass it on as it is', async () => {
    const seen: unknown[] = []
    const watch: Middleware = async (_, next) => {
      try {
        return await next()
      } catch (error) {
        seen.push(error)
        throw error
      }
    }
    await using daybook = await open('memory:', { middleware: [watch] })
    const reason = new Error('enough')
    await expect(daybook.execute(count, 'A', { n: 1 }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(seen).toEqual([reason])
  })

  test('that throws fails the command with its own error', async () => {
    const error = new RangeError('no room')
    await using daybook = await open('memory:', { middleware: [() => Promise.reject(error)] })
    await expect(daybook.execute(count, 'A', { n: 1 })).rejects.toBe(error)
    expect(await daybook.head()).toBe(0)
  })

  test('beside instruments, which are around it', async () => {
    const steps: string[] = []
    await using daybook = await open('memory:', {
      middleware: [
        (_, next) => {
          steps.push('middleware')
          return next()
        },
      ],
      instruments: {
        execute: (execute) => async (asked) => {
          steps.push('instrument')
          return await execute(asked)
        },
      },
    })
    await daybook.execute(count, 'A', { n: 1 })
    expect(steps).toEqual(['instrument', 'middleware'])
  })
})

describe('middleware that breaks its contract is named', () => {
  test('that calls next twice executes the command once', async () => {
    const twice: Middleware = async (_, next) => {
      await next()
      return await next()
    }
    await using daybook = await open('memory:', { middleware: [twice] })
    const executed = daybook.execute(count, 'A', { n: 1 })
    await expect(executed).rejects.toMatchObject({ code: 'broken-definition' })
    await expect(executed).rejects.toThrow('The middleware twice calls next twice')
    expect(await daybook.head()).toBe(1)
  })

  test.each<[string, Middleware, number]>([
    ['gives no result', (() => undefined) as never, 0],
    ['gives no result', (async () => ({ status: 'fine' })) as never, 0],
    ['the command was not executed', (async () => null) as never, 0],
    [
      'the command was executed all the same',
      async (_, next) => {
        await next()
        return undefined as never
      },
      1,
    ],
  ])('that %s', async (problem, middleware, head) => {
    await using daybook = await open('memory:', { middleware: [(asked, next) => next(asked), middleware] })
    await expect(daybook.execute(count, 'A', { n: 1 })).rejects.toThrow(problem)
    await expect(daybook.execute(count, 'A', { n: 1 })).rejects.toThrow('The middleware 2')
    expect(await daybook.head()).toBe(2 * head)
  })

  test('that calls next when it has answered', async () => {
    const kept: { next?: () => unknown } = {}
    const late: Middleware = async (_, next) => {
      kept.next = next
      return { status: 'invalid', issues: [] }
    }
    await using daybook = await open('memory:', { middleware: [late] })
    await daybook.execute(count, 'A', { n: 1 })
    expect(() => kept.next?.()).toThrow('has answered already')
    expect(await daybook.head()).toBe(0)
  })

  test('a list of something else is refused before anything is opened', async () => {
    for (const middleware of [7, ['log'], [undefined]]) {
      const opened = open('no-such-engine:', { middleware: middleware as never })
      await expect(opened).rejects.toMatchObject({ code: 'invalid-argument', details: { argument: 'middleware' } })
    }
  })
})
