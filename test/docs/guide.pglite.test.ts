/** The pages of the guide whose programs keep something in a folder, and the first of those that go on to a server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Followed } from './follow.ts'
import { guidePages } from './guide.ts'

const all = guidePages()
const pages = all.filter(({ store, name }) => store === 'folder' || name === 'getting-started')

describe('the guide, in a folder', () => {
  let guide: Followed

  beforeAll(async () => {
    guide = await Followed.create(all)
  })
  afterAll(() => guide.remove())

  test.for(pages.map((page) => [page.path, page] as const))(
    '%s does and prints what it says',
    { timeout: 180_000 },
    async ([, page]) => {
      for (const step of page.steps) await guide.follow(page, step)
    },
  )

  test('does nothing twice when its first program is run again', { timeout: 180_000 }, async () => {
    const [page] = pages.filter(({ name }) => name === 'getting-started')
    const again =
      page?.steps.filter(({ run }) => 'programs' in run && /^(?:shop|history)/.test(run.programs[0] ?? '')) ?? []
    expect(again).toHaveLength(2)
    // The second tells at which version the stream is, as before.
    for (const step of again) if (page !== undefined) await guide.follow(page, step)
  })
})
