/**
 * docs/guide/, followed page by page: what is printed there as code compiles, runs, and prints what it says. Pages that
 * keep something in a folder are followed by guide.pglite.test.ts, those that go on to a server by guide.pg.test.ts.
 */
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

  test.for(pages.filter(({ store }) => store === 'memory').map((page) => [page.path, page] as const))(
    '%s does and prints what it says',
    async ([, page]) => {
      for (const step of page.steps) await guide.follow(page, step)
    },
  )

  test('has an index with every page, in reading order', () => {
    const linked = [...read('docs/guide/README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(
      ([, page]) => `docs/guide/${page}`,
    )
    expect([...new Set(linked)].sort()).toEqual(pages.map(({ path }) => path))
  })
})
