/** Commands within boundaries, whichever engine is below: called by one test file for each engine. */
import type { Daybook, OpenOptions } from 'daybook'
import { describe, expect, test } from 'vitest'
import { CourseOffered, enrol, MOST_COURSES, register, Student } from './enrolment.ts'

/** Logs are independent: each test has one. */
export function describeWithin(openDaybook: (options: OpenOptions) => Promise<Daybook>): void {
  describe('a command within boundaries', () => {
    test('of 24 who want one of 10 seats at once 10 get one, and the others hear why not', async () => {
      await using daybook = await openDaybook({ log: 'seats' })
      await offer(daybook, 'databases', 10)
      const results = await Promise.all(
        Array.from({ length: 24 }, (_, n) => daybook.execute(enrol, { course: 'databases', student: `S${n}` })),
      )
      expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(10)
      const rejected = results.filter((result) => result.status === 'rejected')
      expect(rejected).toHaveLength(14)
      for (const { reason } of rejected) expect(reason).toBe('CourseIsFull')
      expect(await daybook.read().toArray()).toHaveLength(11)
    })

    test('an address is taken once, however it is written and whoever is first', async () => {
      await using daybook = await openDaybook({ log: 'addresses' })
      const addresses = ['ada@example.org', 'ADA@example.org', 'Ada@Example.Org', 'ada@EXAMPLE.org']
      const results = await Promise.all(
        addresses.map((address, n) => daybook.execute(register, { student: `S${n}`, address })),
      )
      expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(1)
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3)
      const invalid = await daybook.execute(register, { student: 'S9', address: 'ada' })
      expect(invalid).toMatchObject({ status: 'invalid', issues: [{ path: ['address'] }] })
    })

    test('each of its boundaries is kept: a student is in no more courses than may be', async () => {
      await using daybook = await openDaybook({ log: 'limits' })
      const courses = Array.from({ length: MOST_COURSES + 3 }, (_, n) => `C${n}`)
      for (const course of courses) await offer(daybook, course, 5)
      const results = await Promise.all(courses.map((course) => daybook.execute(enrol, { course, student: 'S1' })))
      expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(MOST_COURSES)
      expect((await daybook.stateOf(Student, 'S1')).courses).toHaveLength(MOST_COURSES)
      const rejected = results.filter((result) => result.status === 'rejected')
      expect(rejected[0]).toMatchObject({ reason: 'TooManyCourses', details: { courses: MOST_COURSES } })
    })

    test('a repeat, also at the same time, gets the first result and writes nothing', async () => {
      await using daybook = await openDaybook({ log: 'within-repeats' })
      await offer(daybook, 'databases', 10)
      const input = { course: 'databases', student: 'S1' }
      const all = await Promise.all(
        Array.from({ length: 6 }, () => daybook.execute(enrol, input, { commandId: 'once', actor: 'ada' })),
      )
      expect(all.filter((result) => result.status === 'accepted' && !result.repeated)).toHaveLength(1)
      const position = await daybook.head()
      for (const result of all) {
        expect(result).toMatchObject({
          status: 'accepted',
          versions: { 'student-S1': 1 },
          position,
          events: [{ type: 'StudentEnrolled', position, metadata: { command: 'Enrol', actor: 'ada' } }],
        })
      }
      const other = daybook.execute(enrol, { ...input, student: 'S2' }, { commandId: 'once' })
      await expect(other).rejects.toMatchObject({ code: 'command-id-reused' })
    })
  })
}

async function offer(daybook: Daybook, course: string, capacity: number): Promise<void> {
  await daybook.append(`course-${course}`, CourseOffered({ course, capacity }))
}
