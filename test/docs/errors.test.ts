/** docs/errors.md and the table of codes in src/errors say the same, and every code is thrown somewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeBlocks, filesBelow, read, sections } from './documents.ts'
import { Project, promisedOutput } from './project.ts'

const DOCUMENT = 'docs/errors.md'
const TABLE = 'src/errors/daybook-error.ts'

/** Such as `closed: { what: string }`. */
const CODE_LINE = /^ {2}'?([a-z-]+)'?: \{ (.*) \}$/gm

/** Code to the names of its details, from the interface `DaybookErrorDetails`. */
const codes = new Map(
  [...(read(TABLE).match(/interface DaybookErrorDetails \{(.*?)^\}/ms)?.[1] ?? '').matchAll(CODE_LINE)].map(
    ([, code = '', details = '']) => [code, [...details.matchAll(/(\w+)\??: /g)].map(([, name]) => name ?? '')],
  ),
)

const entries = new Map(
  [...sections(DOCUMENT, 3)].map(([heading, text]) => [heading.replaceAll('`', ''), text.split('\n## ')[0] ?? '']),
)

describe('docs/errors.md', () => {
  test('has an entry for every code, and for nothing else', () => {
    expect(codes.size).toBeGreaterThan(20)
    expect([...entries.keys()].sort()).toEqual([...codes.keys()].sort())
  })

  test.each([...codes])('%s › says when, names every detail, and what to do next', (code, details) => {
    const entry = entries.get(code) ?? ''
    expect(entry).toMatch(/^\*\*When\*\* .*\n\n\*\*Details\*\* .*\n\n\*\*Next\*\* \S/ms)
    const named = entry.match(/\*\*Details\*\*(.*)\*\*Next\*\*/s)?.[1] ?? ''
    for (const detail of details) expect(named).toContain(`\`${detail}\``)
  })

  test.each([...codes.keys()])('%s › is thrown somewhere', (code) => {
    const throws = new RegExp(`new DaybookError\\(\\s*'${code}'`)
    const sources = filesBelow('src', '.ts').filter((file) => file !== TABLE)
    expect(sources.filter((file) => throws.test(read(file)))).not.toEqual([])
  })

  describe('its example', () => {
    const [example = ''] = codeBlocks(read(DOCUMENT), 'ts')
    let project: Project
    beforeAll(async () => {
      project = await Project.create({ 'example.ts': example })
    })
    afterAll(() => project.remove())

    test('compiles, and prints what its comments say', async () => {
      await project.typeCheck()
      expect(await project.run('example.ts')).toEqual(promisedOutput(example))
    })
  })
})
