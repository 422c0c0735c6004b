/** Events renamed, split and dropped since they were stored, whichever engine is below: called once for each engine. */
import {
  aggregate,
  boundary,
  commandWithin,
  type Daybook,
  event,
  inStream,
  type NewEvent,
  type OpenOptions,
  readModel,
  reject,
  retired,
} from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const SignedUp = retired('SignedUp', z.object({ name: z.string(), emails: z.array(z.string()) })).splitInto(
  'Joined',
  'EmailGiven',
)
const Joined = event('Joined', z.object({ name: z.string() })).splitFrom(SignedUp, ({ name }) => ({ name }))
const EmailGiven = event('EmailGiven', z.object({ email: z.string() })).splitFrom(SignedUp, ({ emails }) =>
  emails.map((email) => ({ email })),
)
const Moved = event('Moved', z.object({ street: z.string() }))
  .renamedFrom('AddressCorrected')
  .next(z.object({ street: z.string(), country: z.string() }), (v1, { metadata }) => ({
    ...v1,
    country: String(metadata.country ?? 'USA'),
  }))
const CacheWarmed = retired('CacheWarmed').dropped()

const Member = aggregate('member', {
  events: [Joined, Moved, EmailGiven, SignedUp, CacheWarmed],
  initial: { name: '', emails: [] as string[], country: '' },
  snapshot: { every: 2 },
}).evolve({
  Joined: (member, { name }) => ({ ...member, name }),
  EmailGiven: (member, { email }) => ({ ...member, emails: [...member.emails, `${member.name}:${email}`] }),
  Moved: (member, { country }) => ({ ...member, country }),
})
const giveEmail = Member.command('GiveEmail', z.object({ email: z.string() }), (_, input) => EmailGiven(input))

const NameTaken = boundary('name', {
  events: [Joined],
  tags: (name: string) => [`name:${name}`],
  initial: { taken: 0 },
}).evolve({ Joined: ({ taken }) => ({ taken: taken + 1 }) })
/** `meanwhile` is what an older release does between the look and the append. */
const joinWith = (meanwhile: () => void) =>
  commandWithin(
    'Join',
    z.object({ name: z.string() }),
    ({ name }) => ({ named: NameTaken(name) }),
    ({ named }, { name }) => {
      meanwhile()
      return named.taken > 0
        ? reject('NameTaken')
        : inStream('member-new', { ...Joined({ name }), tags: [`name:${name}`] })
    },
  )

/** It sees nothing of the names, though they are stored with the e-mails. */
const emails = readModel('emails', {
  events: [EmailGiven],
  key: ({ stream }) => stream.id,
  initial: { places: [] as string[] },
}).evolve({
  EmailGiven: ({ places }, { email }, { position, part = 0 }) => ({
    places: [...places, `${position}.${part} ${email}`],
  }),
})

/** As it was recorded in the years before. */
const HISTORY: readonly NewEvent[] = [
  { type: 'CacheWarmed', data: null, schemaVersion: 3 },
  { type: 'SignedUp', data: { name: 'Ada', emails: ['a@x', 'a@y'] } },
  { type: 'AddressCorrected', data: { street: 'Elm' }, metadata: { country: 'UK' } },
  { type: 'CacheWarmed', data: null },
  EmailGiven({ email: 'a@z' }),
  Moved({ street: 'Oak', country: 'France' }),
  { type: 'SignedUp', data: { name: 'Eva', emails: [] } },
  { type: 'CacheWarmed', data: null },
]
const TODAY = { name: 'Eva', emails: ['Ada:a@x', 'Ada:a@y', 'Ada:a@z'], country: 'France' }

/** Logs are independent: each test has one. */
export function describeFormerEvents(openDaybook: (options: OpenOptions) => Promise<Daybook>): void {
  const openHistory = async (log: string) => {
    const daybook = await openDaybook({ log })
    await daybook.append('member-A', HISTORY)
    return daybook
  }

  describe('former events', () => {
    test('an aggregate takes a split at one version, and what is dropped counts as a version', async () => {
      await using daybook = await openHistory('former-aggregate')
      const at = async (version: number) => (await daybook.load(Member, 'A', { version })).state
      expect(await daybook.load(Member, 'A')).toEqual({ state: TODAY, version: 8, position: 8 })
      expect(await at(1)).toEqual(Member.initial)
      expect(await at(2)).toEqual({ name: 'Ada', emails: ['Ada:a@x', 'Ada:a@y'], country: '' })
      expect((await at(3)).country).toBe('UK')
    })

    test('an aggregate goes on from there, and its snapshots change nothing', async () => {
      await using daybook = await openHistory('former-snapshots')
      for (const email of ['1', '2', '3']) {
        expect(await daybook.execute(giveEmail, 'A', { email })).toMatchObject({ status: 'accepted' })
      }
      const { snapshots } = daybook.store.log('former-snapshots')
      const key = { stream: 'member-A', definition: 'member', fingerprint: Member.fingerprint }
      await expect.poll(() => snapshots.load(key)).toMatchObject({ version: 11 })
      const withSnapshot = await daybook.load(Member, 'A')
      expect(withSnapshot).toMatchObject({
        version: 11,
        state: { emails: [...TODAY.emails, 'Eva:1', 'Eva:2', 'Eva:3'] },
      })
      await snapshots.clear()
      expect(await daybook.load(Member, 'A')).toEqual(withSnapshot)
    })

    test('a read model takes the parts that it names, and its checkpoint passes the rest', async () => {
      await using daybook = await openHistory('former-read-model')
      const projection = await daybook.project(emails)
      await projection.reached(8)
      expect(await projection.get('A')).toEqual({ places: ['2.1 a@x', '2.2 a@y', '5.0 a@z'] })
      expect(projection.checkpoint).toBe(8)
      const { position } = await daybook.append('member-A', { type: 'SignedUp', data: { name: 'Bo', emails: ['b@x'] } })
      await projection.reached(position)
      expect((await projection.get('A'))?.places.at(-1)).toBe('9.1 b@x')
    })

    test('a rebuild makes the rows that were made event by event', async () => {
      await using daybook = await openHistory('former-rebuild')
      const projection = await daybook.project(emails, { follow: false })
      const before = await projection.get('A')
      await daybook.rebuild(emails)
      const rebuilt = await daybook.project(emails, { follow: false })
      expect(await rebuilt.get('A')).toEqual(before)
      expect(before?.places).toHaveLength(3)
    })

    test('a reader finds them by today’s types, in both directions, and a limit never cuts a split', async () => {
      await using daybook = await openHistory('former-reading')
      const events = [EmailGiven, Joined, Moved]
      const forwards = await daybook.read({ events }).toArray()
      expect(forwards.map(({ type, position, part }) => `${position} ${type} ${part ?? '-'}`)).toEqual([
        '2 Joined 1',
        '2 EmailGiven 1',
        '2 EmailGiven 2',
        '3 Moved -',
        '5 EmailGiven -',
        '6 Moved -',
        '7 Joined 1',
      ])
      expect(await daybook.read({ events, direction: 'backwards' }).toArray()).toEqual(forwards.toReversed())
      expect(await daybook.read({ events, types: ['Moved'] }).toArray()).toHaveLength(2)
      expect(await daybook.read({ events, limit: 1 }).toArray()).toHaveLength(3)
      for await (const page of daybook.read({ events: [CacheWarmed] }).batches()) expect.fail(String(page))
    })

    test('a reader of a stream must know every part of a split, and passes over what is dropped', async () => {
      await using daybook = await openHistory('former-streams')
      const all = [Joined, EmailGiven, Moved, CacheWarmed] as const
      expect(await daybook.readStream('member-A', { events: all }).toArray()).toHaveLength(7)
      expect(() => daybook.readStream('member-A', { events: [Joined, Moved, CacheWarmed] })).toThrow(/EmailGiven/)
    })

    test('a tail gives them as they come', async () => {
      await using daybook = await openHistory('former-tail')
      const stop = new AbortController()
      const seen: string[] = []
      for await (const { type, data } of daybook.tail({
        events: [EmailGiven, Joined],
        after: 6,
        signal: stop.signal,
      })) {
        seen.push(`${type} ${Object.values(data).join()}`)
        if (seen.length === 1) {
          await daybook.append('member-B', { type: 'SignedUp', data: { name: 'Bo', emails: ['b@x'] } })
        }
        if (seen.length === 3) stop.abort()
      }
      expect(seen).toEqual(['Joined Eva', 'Joined Bo', 'EmailGiven b@x'])
    })

    test('a boundary covers what is stored under old names, also what an older release adds meanwhile', async () => {
      await using daybook = await openDaybook({ log: 'former-boundary' })
      const signUp = (name: string) =>
        daybook.append(`member-${name}`, { type: 'SignedUp', data: { name, emails: [] }, tags: [`name:${name}`] })
      await signUp('Ada')
      expect(
        await daybook.execute(
          joinWith(() => {}),
          { name: 'Ada' },
        ),
      ).toMatchObject({ reason: 'NameTaken' })
      let older: Promise<unknown> | undefined
      const join = joinWith(() => {
        older ??= signUp('Eva')
      })
      expect(await daybook.execute(join, { name: 'Eva' })).toMatchObject({ reason: 'NameTaken' })
      await older
    })

    test('a command given again is answered in today’s events', async () => {
      await using daybook = await openDaybook({ log: 'former-commands' })
      const Old = aggregate('member', {
        events: [event('SignedUp', z.object({ name: z.string(), emails: z.array(z.string()) }))],
        initial: {},
      })
      const signUp = (over: typeof Member) => ({
        ...over.command('SignUp', z.object({ name: z.string() }), () => undefined),
        aggregate: over,
      })
      const oldMember = Old.evolve({ SignedUp: (member) => member })
      const first = oldMember.command('SignUp', z.object({ name: z.string() }), (_, { name }) =>
        oldMember.events[0]({ name, emails: ['x'] }),
      )
      await daybook.execute(first, 'A', { name: 'Ada' }, { commandId: 'c1' })
      const again = await daybook.execute(signUp(Member), 'A', { name: 'Ada' }, { commandId: 'c1' })
      expect(again).toMatchObject({
        status: 'accepted',
        repeated: true,
        version: 1,
        events: [
          { type: 'Joined', version: 1, data: { name: 'Ada' } },
          { type: 'EmailGiven', version: 1, data: { email: 'x' } },
        ],
      })
    })

    test('what a newer release has written is refused by name, wherever it is read', async () => {
      await using daybook = await openHistory('former-newer')
      await daybook.append('member-A', { type: 'EmailGiven', data: { address: 'new' }, schemaVersion: 2 })
      const unreadable = {
        code: 'unreadable-event',
        details: { type: 'EmailGiven', schemaVersion: 2, known: 1, position: 9 },
      }
      await expect(daybook.stateOf(Member, 'A')).rejects.toMatchObject(unreadable)
      await expect(daybook.execute(giveEmail, 'A', { email: 'x' })).rejects.toMatchObject(unreadable)
      await expect(daybook.read({ events: [EmailGiven] }).toArray()).rejects.toMatchObject(unreadable)
      // Its key waits for a release that reads it, and nothing else does.
      const projection = await daybook.project(emails, { onQuarantine: () => {} })
      await projection.reached(9)
      const [held, ...others] = await projection.quarantine.list()
      expect(others).toEqual([])
      expect(held).toMatchObject({ position: 9, error: expect.stringContaining('schema version 2') })
    })
  })
}
