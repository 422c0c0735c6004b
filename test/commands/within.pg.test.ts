import { open } from 'daybook'
import { expect, test } from 'vitest'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { CourseOffered, enrol, register } from './enrolment.ts'

const STORES = [1, 2, 3, 4]

describeOnPostgres('within boundaries, from stores that know nothing of one another', () => {
  const database = useTestDatabase()

  test('20 seats go to 20 of 60 who ask at once, and an address to one of 40', async () => {
    const daybooks = await Promise.all(STORES.map(() => open(database.url)))
    const [first] = daybooks
    await first?.append('course-db', CourseOffered({ course: 'db', capacity: 20 }))
    const options = { maxAttempts: 200, retryForMs: 60_000 }
    const enrolled = daybooks.flatMap((daybook, store) =>
      Array.from({ length: 15 }, (_, n) => daybook.execute(enrol, { course: 'db', student: `${store}-${n}` }, options)),
    )
    const statuses = (await Promise.all(enrolled)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 'accepted')).toHaveLength(20)
    expect(statuses.filter((status) => status === 'rejected')).toHaveLength(40)
    const registered = daybooks.flatMap((daybook, store) =>
      Array.from({ length: 10 }, (_, n) =>
        daybook.execute(register, { student: `${store}-${n}`, address: 'ada@example.org' }, options),
      ),
    )
    const answers = (await Promise.all(registered)).map(({ status }) => status)
    expect(answers.filter((status) => status === 'accepted')).toHaveLength(1)
    expect(answers.filter((status) => status === 'rejected')).toHaveLength(39)
    await Promise.all(daybooks.map((daybook) => daybook.close()))
  })
})
