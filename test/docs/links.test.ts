/** Links between the documents lead somewhere, headings included. */
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exists, filesBelow, read } from './documents.ts'

const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')]

describe('links', () => {
  test.each(documents)('of %s lead somewhere', (document) => {
    const targets = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)]
    const broken = targets.filter(([, path = '', anchor]) => !leadsSomewhere(document, path, anchor))
    expect(broken.map(([link]) => link)).toEqual([])
  })

  test('decisions are numbered, by file and by heading, and say what each must', () => {
    const decisions = filesBelow('docs/decisions', '.md').sort()
    expect(decisions.length).toBeGreaterThanOrEqual(6)
    for (const [place, file] of decisions.entries()) {
      const number = String(place + 1).padStart(4, '0')
      expect(file).toContain(`/${number}-`)
      expect(read(file)).toMatch(
        new RegExp(`^# ${number} .*^## Context$.*^## Choice$.*^## Cost$.*^## What would`, 'ms'),
      )
    }
  })
})

function leadsSomewhere(document: string, path: string, anchor: string | undefined): boolean {
  const target = path === '' ? document : normalize(join(dirname(document), path))
  if (!exists(target)) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  const headings = read(document).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
