/** The README is what people try first: its program runs as it is printed, and its commands are those that CI runs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeBlocks, read } from './documents.ts'
import { Project, promisedOutput } from './project.ts'

const [program = ''] = codeBlocks(read('README.md'), 'ts')

describe('the program of the README', () => {
  let project: Project

  beforeAll(async () => {
    const files = { 'bank.ts': program, 'memory.ts': onMemory(program), 'narrowing.ts': program + toNarrowing(program) }
    project = await Project.create(files)
  })
  afterAll(() => project.remove())

  test('prints what its comments say, and again when it is started again', async () => {
    expect(promisedOutput(program)).toHaveLength(4)
    expect(await project.run('bank.ts')).toEqual(promisedOutput(program))
    expect(await project.run('bank.ts')).toEqual(promisedOutput(program))
  })

  test('prints the same in memory', async () => {
    expect(await project.run('memory.ts')).toEqual(promisedOutput(program))
  })

  test('compiles, and its results have what its comment says of them', async () => {
    await project.typeCheck()
  })
})

/** The same program, in memory. */
function onMemory(text: string): string {
  expect(text).toContain("open('file:./bank')")
  return text.replace("open('file:./bank')", "open('memory:')")
}

/** Takes each result apart as the comment below `const result` says: it compiles if that is what there is. */
function toNarrowing(text: string): string {
  const comment = text.split('const result')[1]?.match(/(?:^\/\/.*\n)+/m)?.[0] ?? ''
  const shapes = [...comment.matchAll(/\{ status: '(\w+)', ([\w, ]+) \}/g)]
  expect(shapes.map(([, status]) => status)).toEqual(['accepted', 'rejected', 'invalid', 'unauthorised', 'conflict'])
  const cases = shapes.map(([, status, names]) => `case '${status}': { const { ${names} } = result; break }`)
  return `\nswitch (result.status) {\n${cases.join('\n')}\ndefault: result satisfies never\n}\n`
}

describe('the README', () => {
  test('gives the two commands', () => {
    const commands = codeBlocks(read('README.md'), 'sh').map((block) => block.trim())
    expect(commands).toContain('npm ci && npm start')
    expect(commands).toContain('npm ci && npm test')
  })

  test('asks for the Node.js, and names the drivers, that package.json does', () => {
    const { engines, peerDependencies, type } = JSON.parse(read('package.json'))
    const needed = engines.node.replace('>=', 'Node ')
    expect(read('README.md')).toContain(`With ${needed} or newer`)
    expect(read('README.md')).toContain(`needs ${needed} or newer`)
    expect(type).toBe('module')
    const installed = codeBlocks(read('README.md'), 'sh')
      .join('')
      .matchAll(/^npm install daybook (\S+)/gm)
    for (const [, driver] of installed) expect(Object.keys(peerDependencies)).toContain(driver)
  })

  const OTHER_SPELLINGS = new Set(['postgresql://', 'rediss://', 'tls://'])

  test('lists the engines that there are', () => {
    const schemes = [...read('src/open.ts').matchAll(/^ {2}'([a-z]+:(?:\/\/)?)':/gm)].map(([, scheme]) => scheme)
    const listed = [...read('README.md').matchAll(/^\| `([a-z]+:(?:\/\/)?)/gm)].map(([, scheme]) => scheme)
    expect(listed).toEqual(schemes.filter((scheme) => !OTHER_SPELLINGS.has(scheme ?? '')))
  })
})
