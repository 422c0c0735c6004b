/** docs/guide/, followed page by page: what is printed there as code compiles, runs, and prints what it says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { read } from './documents.ts'
import { Followed } from './follow.ts'
import { guidePages } from './guide.ts'

const pages = guidePages()

describe('the guide', () => {
  let guide: Followed

  beforeAll(async () => {
    guide = await Followed.create(pages)
  })
  afterAll(() => guide.remove())

  test('compiles', () => guide.typeCheck())

  test.for(pages.map((page) => [page.path, page] as const))('%s is written so that it can be followed', ([, page]) => {
    expect(page.problems).toEqual([])
    expect(page.files.length).toBeGreaterThan(0)
  })

  // Those with a server in them are followed by guide.pg.test.ts; the first of them also in a folder.
  const embedded = pages.filter((page) => !page.takesServer || page.name === 'getting-started')
  test.for(embedded.map((page) => [page.path, page] as const))(
    '%s does and prints what it says',
    { timeout: 180_000 },
    async ([, page]) => {
      for (const step of page.steps) await guide.follow(page, step)
    },
  )

  test('does nothing twice when its first program is run again', async () => {
    const [page] = pages.filter(({ name }) => name === 'getting-started')
    const again =
      page?.steps.filter(({ run }) => 'programs' in run && /^(?:shop|history)/.test(run.programs[0] ?? '')) ?? []
    expect(again).toHaveLength(2)
    // The second tells at which version the stream is, as before.
    for (const step of again) if (page !== undefined) await guide.follow(page, step)
  })

  test('has an index with every page, in reading order', () => {
    const linked = [...read('docs/guide/README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(
      ([, page]) => `docs/guide/${page}`,
    )
    expect([...new Set(linked)].sort()).toEqual(pages.map(({ path }) => path))
  })
})
