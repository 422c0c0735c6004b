/** Commands within boundaries: what is looked at, when it is decided again, and what a broken rule is told. */
import { boundary, commandWithin, type EventLog, event, type InStream, inStream, open, reject } from 'daybook'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { instead } from '../support/instead.ts'
import { CourseOffered, enrol, HolderOf, Student, StudentEnrolled, StudentRegistered } from './enrolment.ts'

const empty = z.object({})

describe('within boundaries', () => {
  test('what others record meanwhile is looked at, and that alone', async () => {
    const reads: unknown[] = []
    const meddle = { times: 2 }
    await using daybook = await open('memory:', { instruments: { log: (log) => meddling(log, meddle, reads) } })
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 3 }))
    const result = await daybook.execute(enrol, { course: 'db', student: 'S1' })
    expect(result).toMatchObject({ status: 'accepted', versions: { 'student-S1': 1 }, position: 4 })
    expect(reads).toEqual([
      { after: 0, upTo: 1 },
      { after: 0, upTo: 1 },
      { after: 1, upTo: 2 },
      { after: 1, upTo: 2 },
      { after: 2, upTo: 3 },
      { after: 2, upTo: 3 },
    ])
  })

  test('what this process has seen before is not read again', async () => {
    const reads: unknown[] = []
    await using daybook = await open('memory:', { instruments: { log: (log) => meddling(log, { times: 0 }, reads) } })
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 3 }))
    const ask = (student: string) => daybook.execute(enrol, { course: 'db', student })
    await ask('S1')
    reads.length = 0
    expect(await ask('S1')).toMatchObject({ status: 'rejected', reason: 'AlreadyEnrolled' })
    expect(reads).toEqual([
      { after: 1, upTo: 2 },
      { after: 1, upTo: 2 },
    ])
    reads.length = 0
    expect(await ask('S1')).toMatchObject({ status: 'rejected', reason: 'AlreadyEnrolled' })
    expect(reads).toEqual([])
    // Another student of the same course: of the course nothing is new.
    expect(await ask('S2')).toMatchObject({ status: 'accepted' })
    expect(reads).toEqual([{ after: 0, upTo: 2 }])
  })

  test('a log that has become shorter is looked at anew', async () => {
    const shown = { head: 0 }
    await using daybook = await open('memory:', {
      instruments: { log: (log) => instead(log, { head: async () => (await log.head()) + shown.head }) },
    })
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 1 }))
    shown.head = 5
    await daybook.execute(enrol, { course: 'other', student: 'S1' })
    shown.head = 0
    await daybook.append('course-other', CourseOffered({ course: 'other', capacity: 1 }))
    expect(await daybook.execute(enrol, { course: 'other', student: 'S1' })).toMatchObject({ status: 'accepted' })
  })

  test('what does not concern it does not disturb it', async () => {
    const meddle = { times: 1, course: 'other' }
    await using daybook = await open('memory:', { instruments: { log: (log) => meddling(log, meddle, []) } })
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 1 }))
    const result = await daybook.execute(enrol, { course: 'db', student: 'S1' }, { maxAttempts: 1 })
    expect(result).toMatchObject({ status: 'accepted', position: 3 })
  })

  test('a boundary that never stands still ends in a conflict, after as many attempts as are allowed', async () => {
    const meddle = { times: 1_000 }
    await using daybook = await open('memory:', { instruments: { log: (log) => meddling(log, meddle, []) } })
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 1_000 }))
    const result = await daybook.execute(enrol, { course: 'db', student: 'S1' }, { maxAttempts: 3 })
    expect(result).toEqual({ status: 'conflict', after: 3, position: 4, retryAfterMs: expect.any(Number) })
  })

  test('a repeat gets the first result, wherever the streams have come to since, and one without events too', async () => {
    await using daybook = await open('memory:')
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 1 }))
    const ask = () => daybook.execute(enrol, { course: 'db', student: 'S1' }, { commandId: 'c1' })
    const first = await ask()
    await daybook.append('student-S1', StudentRegistered({ address: 'ada@example.org' }))
    expect(await ask()).toEqual({ ...first, repeated: true })
    const idle = commandWithin(
      'Idle',
      empty,
      () => ({ holder: HolderOf('x') }),
      () => undefined,
    )
    const nothing = { status: 'accepted', versions: {}, position: 0, events: [] }
    expect(await daybook.execute(idle, {}, { commandId: 'c2' })).toEqual({ ...nothing, repeated: false })
    expect(await daybook.execute(idle, {}, { commandId: 'c2' })).toEqual({ ...nothing, repeated: true })
    const full = { course: 'db', student: 'S2' }
    const rejected = { status: 'rejected', reason: 'CourseIsFull' }
    expect(await daybook.execute(enrol, full, { commandId: 'c3' })).toMatchObject({ ...rejected, repeated: false })
    await daybook.append('course-db', CourseOffered({ course: 'db', capacity: 9 }))
    expect(await daybook.execute(enrol, full, { commandId: 'c3' })).toMatchObject({ ...rejected, repeated: true })
  })

  test('events go to several streams, each in the order that was decided, or to none of them', async () => {
    await using daybook = await open('memory:')
    const both = commandWithin(
      'Both',
      empty,
      () => ({ holder: HolderOf('a') }),
      ({ holder }) =>
        holder.isTaken
          ? reject('Taken')
          : [
              inStream(Student, 'S1', StudentRegistered({ address: 'a' })),
              inStream('student-S2', [StudentRegistered({ address: 'b' })]),
              inStream(Student, 'S1', [StudentEnrolled({ course: 'x', student: 'S1' })]),
              inStream('student-S3', []),
            ],
    )
    // The boundary looks for the address a alone: the second registration is no one's here.
    await expect(daybook.execute(both, {})).rejects.toThrow('no boundary of it would see it')
    expect(await daybook.head()).toBe(0)
    const one = commandWithin(
      'One',
      empty,
      () => ({ holder: HolderOf('a') }),
      () => [
        inStream(Student, 'S1', StudentRegistered({ address: 'a' })),
        inStream(Student, 'S2', StudentEnrolled({ course: 'x', student: 'S2' })),
        inStream(Student, 'S1', StudentEnrolled({ course: 'x', student: 'S1' })),
      ],
    )
    const result = await daybook.execute(one, {})
    expect(result).toMatchObject({ status: 'accepted', versions: { 'student-S1': 2, 'student-S2': 1 }, position: 3 })
  })

  test('a boundary without tags covers its types wherever they are', async () => {
    const All = boundary('all', { events: [CourseOffered], tags: () => [], initial: { courses: 0 } }).evolve({
      CourseOffered: (all) => ({ courses: all.courses + 1 }),
    })
    const offer = commandWithin(
      'Offer',
      z.object({ course: z.string() }),
      () => ({ all: All(undefined) }),
      ({ all }, input) =>
        all.courses >= 2
          ? reject('Enough')
          : inStream(`course-${input.course}`, CourseOffered({ ...input, capacity: 1 })),
    )
    await using daybook = await open('memory:')
    const results = await Promise.all(['a', 'b', 'c', 'd'].map((course) => daybook.execute(offer, { course })))
    expect(results.map(({ status }) => status).sort()).toEqual(['accepted', 'accepted', 'rejected', 'rejected'])
  })

  test('what was recorded in an older shape is lifted, for the rule and in the result of a repeat', async () => {
    const Old = event('StudentRegistered', z.object({ mail: z.string() }), { tags: ({ mail }) => [`address:${mail}`] })
    const New = Old.next(z.object({ address: z.string() }), ({ mail }) => ({ address: mail }), {
      tags: ({ address }) => [`address:${address}`],
    })
    const Seen = boundary('seen', {
      events: [New],
      tags: (address: string) => [`address:${address}`],
      initial: { address: '' },
    }).evolve({ StudentRegistered: (_, { address }) => ({ address }) })
    const tell = commandWithin(
      'Tell',
      empty,
      () => ({ seen: Seen('a') }),
      ({ seen }) => reject('Seen', seen),
    )
    await using daybook = await open('memory:')
    await daybook.append('student-S1', Old({ mail: 'a' }))
    expect(await daybook.execute(tell, {})).toMatchObject({ reason: 'Seen', details: { address: 'a' } })
    const OldSeen = boundary('seen', { events: [Old], tags: () => ['address:b'], initial: {} }).evolve({
      StudentRegistered: (seen) => seen,
    })
    const old = commandWithin(
      'Record',
      empty,
      () => ({ seen: OldSeen('b') }),
      () => inStream('student-S2', Old({ mail: 'b' })),
    )
    const today = commandWithin(
      'Record',
      empty,
      () => ({ seen: Seen('b') }),
      () => inStream('student-S2', New({ address: 'b' })),
    )
    await daybook.execute(old, {}, { commandId: 'c1' })
    const repeated = await daybook.execute(today, {}, { commandId: 'c1' })
    expect(repeated).toMatchObject({ repeated: true, events: [{ data: { address: 'b' } }] })
  })
})

describe('a broken definition within boundaries is named', () => {
  const untagged = event('StudentRegistered', z.object({ address: z.string() }))
  const within = () => ({ holder: HolderOf('a') })

  test.each<[string, () => unknown]>([
    ['decides asynchronously', async () => undefined],
    ['makes the rejection Taken, and does not return it', () => void reject('Taken')],
    ['decides by throwing RangeError: no', () => raise(new RangeError('no'))],
    ['decides on something else than inStream', () => StudentRegistered({ address: 'a' })],
    ['decides on something else than inStream', () => 'yes'],
    ['no event of its boundaries', () => inStream('course-x', CourseOffered({ course: 'x', capacity: 1 }))],
    ['no event of student', () => inStream(Student, 'S1', CourseOffered({ course: 'x', capacity: 1 }) as never)],
    ['by hand', () => inStream('student-S1', { type: 'StudentRegistered', data: {}, tags: ['address:a'] })],
    [
      'the boundary holder looks for it by the tags address:a, and it carries none',
      () => inStream('student-S1', untagged({ address: 'a' })),
    ],
    ['and it carries address:b', () => inStream('student-S1', StudentRegistered({ address: 'b' }))],
  ])('%s', async (problem, rule) => {
    await using daybook = await open('memory:')
    const broken = commandWithin('Broken', empty, within, rule as () => InStream<never>)
    const executed = daybook.execute(broken, {})
    await expect(executed).rejects.toMatchObject({ code: 'broken-definition' })
    await expect(executed).rejects.toThrow(problem)
    await expect(executed).rejects.toThrow('The command Broken')
    expect(await daybook.head()).toBe(0)
  })

  test('a rule that changes a state in place fails, and spoils nothing', async () => {
    await using daybook = await open('memory:')
    const cheat = commandWithin('Cheat', empty, within, ({ holder }) => {
      // @ts-expect-error nor does it compile
      holder.isTaken = true
      return undefined
    })
    await expect(daybook.execute(cheat, {})).rejects.toThrow('leaves the state that it is given as it is')
    expect(HolderOf.initial).toEqual({ isTaken: false })
  })

  test('within nothing, or within what is no boundary', async () => {
    await using daybook = await open('memory:')
    const throwing = () => raise(new RangeError('no'))
    for (const nowhere of [() => ({}), () => undefined, () => ({ holder: HolderOf }), throwing]) {
      const broken = commandWithin('Broken', empty, nowhere as never, () => undefined)
      await expect(daybook.execute(broken, {})).rejects.toMatchObject({ code: 'broken-definition' })
    }
  })

  test('a boundary over no event, two of one type, or without an evolve entry, is refused when it is defined', () => {
    const options = { tags: () => [], initial: {} }
    expect(() => boundary('x', { ...options, events: [] })).toThrow('see nothing')
    expect(() => boundary('x', { ...options, events: [CourseOffered, CourseOffered] })).toThrow('CourseOffered')
    // @ts-expect-error as a caller without types would
    expect(() => boundary('x', { ...options, events: [CourseOffered] }).evolve({})).toThrow('no evolve entry')
  })
})

function raise(error: Error): never {
  throw error
}

type Request = Parameters<EventLog['append']>[0]

/** The log, with another writer who is faster as often as `meddle` says; `reads` collects what is read of it. */
function meddling(log: EventLog, meddle: { times: number; course?: string }, reads: unknown[]): EventLog {
  let n = 0
  return instead(log, {
    append: async (request: Request, options) => {
      if (request.unless !== undefined && meddle.times-- > 0) {
        const enrolled = StudentEnrolled({ course: meddle.course ?? 'db', student: `other-${n++}` })
        await log.append({ streams: [{ stream: `student-other-${n}`, events: [enrolled] }] })
      }
      return await log.append(request, options)
    },
    read: (options) => {
      reads.push({ after: options?.after, upTo: options?.upTo })
      return log.read(options)
    },
  })
}
