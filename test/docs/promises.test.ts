/** docs/promises.md and the tests say the same: what it names is there, and what the suite promises is on it. */
import { eventStoreConformance, STORE_PROMISES } from 'daybook/testing'
import { describe, expect, test } from 'vitest'
import { exists, read, sections } from './documents.ts'

const promises = [...sections('docs/promises.md', 2)].map(([title, text]) => ({ title, text }))
const titles = promises.map(({ title }) => title)
const caseNames = eventStoreConformance.map(({ name }) => name)

function evidenceOf(text: string): string[] {
  return [...text.matchAll(/^- (.*)$/gm)].map(([, line]) => line ?? '')
}

/** The promises of the suite that stand for all their cases. */
const keys = promises.flatMap(({ text }) => [...text.matchAll(/^- suite `(\w+)`$/gm)].map(([, key]) => key ?? ''))

describe('docs/promises.md', () => {
  test('numbers its promises, and puts those of the design first', () => {
    expect(titles.map((title) => Number.parseInt(title, 10))).toEqual(titles.map((_, place) => place + 1))
    expect(titles.length).toBeGreaterThanOrEqual(8)
  })

  test.each(promises)('$title › names at least one test, and only such as there are', ({ text }) => {
    const evidence = evidenceOf(text)
    expect(evidence).not.toEqual([])
    expect(evidence.map(findProblem).filter((problem) => problem !== undefined)).toEqual([])
  })

  test('has every promise of the suite once, and no other', () => {
    expect([...keys].sort()).toEqual(Object.keys(STORE_PROMISES).sort())
  })

  test('every case of the suite keeps one of them, and each is kept by a case', () => {
    expect([...new Set(eventStoreConformance.map(({ promise }) => promise))].sort()).toEqual([...keys].sort())
  })
})

/** What is wrong with a line of evidence: a key, a case of the suite, or a file and the name of a test in it. */
function findProblem(line: string): string | undefined {
  if (/^suite `\w+`$/.test(line)) return undefined
  const named = line.match(/^suite: `(.*)`$/)?.[1]
  if (named !== undefined) return caseNames.includes(named) ? undefined : `The suite has no case: ${named}`
  const [, file, name] = line.match(/^`(test\/.*?)`: (.*)$/) ?? []
  if (file === undefined || name === undefined) return `This names no test: ${line}`
  if (!exists(file)) return `There is no file ${file}`
  return namesOf(read(file)).includes(name) ? undefined : `${file} has no test: ${name}`
}

/** What the tests of a file are called, as it is written there. */
function namesOf(source: string): string[] {
  const calls = source.matchAll(/^\s*(?:test|describe\w*|refusesChange)(?:\.\w+)*\((["'`])(.*?)\1, /gm)
  return [...calls].map(([, , name]) => name ?? '')
}
