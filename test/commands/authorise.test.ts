/** Who may: asked with valid input, before anything is loaded, and closed to all when it fails. */
import {
  type AuthorisationRequest,
  aggregate,
  command,
  event,
  isDaybookError,
  open,
  type Refusal,
  unauthorised,
} from 'daybook'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'

const Counted = event('Counted', z.object({ n: z.int() }))
const Counter = aggregate('counter', { events: [Counted], initial: { total: 0 } }).evolve({
  Counted: (counter, { n }) => ({ total: counter.total + n }),
})
const schema = z.object({ n: z.string().transform(Number) })

function counting(authorise: (request: AuthorisationRequest<{ n: number }, string>) => unknown) {
  return Counter.command('Count', schema, (_, { n }) => Counted({ n }), {
    authorise: authorise as () => Refusal | undefined,
  })
}

test('a refusal is a result, and nothing is loaded or recorded for it', async () => {
  const untouched = {
    readStream: () => expect.fail('it was loaded'),
    append: () => expect.fail('it was recorded'),
  }
  await using daybook = await open('memory:', { instruments: { log: (log) => instead(log, untouched) } })
  const count = counting(({ actor }) => unauthorised('NotTheOwner', { actor, owner: undefined }))
  const result = await daybook.execute(count, 'A', { n: '1' }, { actor: 'ada', commandId: 'c1' })
  expect(result).toStrictEqual({
    status: 'unauthorised',
    by: 'command',
    reason: 'NotTheOwner',
    details: { actor: 'ada' },
  })
})

test('a hook sees the input as the schema puts it out, who asks, for what, and where', async () => {
  const seen: AuthorisationRequest[] = []
  await using daybook = await open('memory:', {
    log: 'tenant-7',
    authorise: (request) => {
      seen.push(request)
      return undefined
    },
  })
  const move = command('Move', { from: Counter, to: Counter }, schema, () => undefined)
  await daybook.execute(
    counting(async () => undefined),
    'A',
    { n: '41' },
    { actor: 'ada', commandId: 'c1', metadata: { tenant: 't7' } },
  )
  await daybook.execute(move, { from: 'A', to: 'B' }, { n: '1' })
  const nobody = { actor: undefined, commandId: undefined, metadata: {}, signal: undefined }
  expect(seen).toEqual([
    {
      command: 'Count',
      log: 'tenant-7',
      target: 'A',
      input: { n: 41 },
      actor: 'ada',
      commandId: 'c1',
      metadata: { tenant: 't7' },
      signal: undefined,
    },
    { command: 'Move', log: 'tenant-7', target: { from: 'A', to: 'B' }, input: { n: 1 }, ...nobody },
  ])
  expect(await daybook.stateOf(Counter, 'A')).toEqual({ total: 41 })
})

test('bad input is answered before anybody is asked', async () => {
  await using daybook = await open('memory:', { authorise: () => expect.fail('it was asked') })
  const count = counting(() => undefined)
  expect(await daybook.execute(count, 'A', {} as { n: string })).toMatchObject({ status: 'invalid' })
})

test('the daybook is asked first, also of another log, and the command only when that lets them', async () => {
  await using daybook = await open('memory:', {
    authorise: async ({ actor }) => (actor === 'ada' ? undefined : unauthorised('Unknown')),
  })
  const count = counting(() => unauthorised('Never'))
  const options = { actor: 'eve' }
  const refused = { status: 'unauthorised', by: 'daybook', reason: 'Unknown', details: undefined }
  expect(await daybook.execute(count, 'A', { n: '1' }, options)).toEqual(refused)
  expect(await daybook.log('other').execute(count, 'A', { n: '1' }, options)).toEqual(refused)
  const never = { status: 'unauthorised', by: 'command', reason: 'Never' }
  expect(await daybook.execute(count, 'A', { n: '1' }, { actor: 'ada' })).toMatchObject(never)
})

test('who was refused may be let in later, with the same command id', async () => {
  const allowed = { is: false }
  await using daybook = await open('memory:', {
    authorise: () => (allowed.is ? undefined : unauthorised('NotYet')),
  })
  const count = counting(() => undefined)
  const ask = () => daybook.execute(count, 'A', { n: '1' }, { commandId: 'c1' })
  expect(await ask()).toMatchObject({ status: 'unauthorised' })
  allowed.is = true
  expect(await ask()).toMatchObject({ status: 'accepted', repeated: false })
  allowed.is = false
  expect(await ask()).toMatchObject({ status: 'unauthorised' })
})

test('a hook that throws, at once or later, lets nobody in and says whose it is', async () => {
  await using daybook = await open('memory:')
  const down = new Error('the directory is down')
  const hooks = [
    () => {
      throw down
    },
    async () => Promise.reject(down),
  ]
  for (const hook of hooks) {
    const error = await daybook.execute(counting(hook), 'A', { n: '1' }).catch((thrown) => thrown)
    expect(isDaybookError(error, 'authorisation-failed') && error.details).toEqual({ command: 'Count', by: 'command' })
    expect(error.message).toContain('The authorise hook of the command Count failed: the directory is down')
    expect(error.cause).toBe(down)
  }
  await using strict = await open('memory:', { authorise: () => Promise.reject(down) })
  const executed = strict.execute(
    counting(() => undefined),
    'A',
    { n: '1' },
  )
  await expect(executed).rejects.toThrow('The authorise hook of the daybook failed')
  expect(await daybook.head()).toBe(0)
})

test('an answer that is none lets nobody in', async () => {
  await using daybook = await open('memory:')
  for (const answer of [true, false, null, 0, 'no', {}, Promise.resolve(false)]) {
    const executed = daybook.execute(
      counting(() => answer),
      'A',
      { n: '1' },
    )
    await expect(executed).rejects.toMatchObject({ code: 'broken-definition' })
  }
  expect(await daybook.head()).toBe(0)
})

test('an abort ends the waiting for an answer', async () => {
  await using daybook = await open('memory:')
  const reason = new Error('enough')
  const aborting = new AbortController()
  const count = counting(({ signal }) => {
    expect(signal).toBe(aborting.signal)
    return new Promise(() => {})
  })
  const executed = daybook.execute(count, 'A', { n: '1' }, { signal: aborting.signal })
  setImmediate(() => aborting.abort(reason))
  await expect(executed).rejects.toBe(reason)
})
