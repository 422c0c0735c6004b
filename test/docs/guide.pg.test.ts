/** The pages of the guide whose programs go on to a server, followed on one. */
import { afterAll, beforeAll, test } from 'vitest'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { Followed } from './follow.ts'
import { guidePages } from './guide.ts'

const pages = guidePages().filter(({ store }) => store === 'server')

describeOnPostgres.each(pages.map((page) => [page.path, page] as const))('%s', (_, page) => {
  const database = useTestDatabase()
  let guide: Followed

  beforeAll(async () => {
    guide = await Followed.create(
      guidePages().filter(({ path }) => path === page.path || page.continues.includes(path)),
    )
  })
  afterAll(() => guide.remove())

  test('does on PostgreSQL what it says, and prints it', { timeout: 180_000 }, async () => {
    for (const step of page.steps) await guide.follow(page, step, { DATABASE_URL: database.url })
  })
})
