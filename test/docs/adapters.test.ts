/** docs/testing-adapters.md: its program runs the whole suite on a store. */
import { eventStoreConformance } from 'daybook/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemory } from '../../src/store/index.ts'
import { codeBlocks, read, sections, tableRows } from './documents.ts'
import { Project } from './project.ts'

const DOCUMENT = 'docs/testing-adapters.md'

describe(DOCUMENT, () => {
  const [program = ''] = codeBlocks(read(DOCUMENT), 'ts')
  const store = "import { open } from 'daybook'\nexport const openMyStore = async () => (await open('memory:')).store\n"
  let project: Project

  beforeAll(async () => {
    project = await Project.create({ 'my-store.test.ts': program, 'my-store.ts': store })
  })
  afterAll(() => project.remove())

  test('runs every case of the suite, but those that ask for what the store lacks', async () => {
    await project.typeCheck()
    const counts = (await project.run('my-store.test.ts')).filter((line) => /^\S (?:pass|skipped) \d+$/.test(line))
    const lacking = eventStoreConformance.filter(({ requires }) => requires === 'joinsTransactions').length
    const passing = eventStoreConformance.length - lacking
    expect(counts.map((line) => line.slice(2))).toEqual([`pass ${passing}`, `skipped ${lacking}`])
  })

  test('lists the capabilities that there are', () => {
    const listed = tableRows(sections(DOCUMENT, 2).get('Capabilities') ?? '').map(([name]) => name?.replaceAll('`', ''))
    expect(listed.sort()).toEqual(Object.keys(openMemory().capabilities).sort())
  })
})
