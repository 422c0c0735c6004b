/** Following a page finds what is wrong with it, and names the page and the line. */
import { afterEach, describe, expect, test } from 'vitest'
import { Followed, findBroken } from './follow.ts'
import { toPage } from './page.ts'

const PATH = 'docs/guide/example.md'
const block = (code: string, language = 'ts') => `\`\`\`${language}\n${code}\n\`\`\`\n`

describe('following a page', () => {
  const followed: Followed[] = []
  afterEach(async () => {
    for (const each of followed.splice(0)) await each.remove()
  })

  async function follow(text: string) {
    const page = toPage(PATH, text)
    const followable = await Followed.create([page])
    followed.push(followable)
    await followable.typeCheck()
    for (const step of page.steps) await followable.follow(page, step)
  }

  test('puts together the blocks of a file, and runs the commands of the command line', async () => {
    await follow(
      `# A page\n${block('// a.ts\nexport const one = 1')}Then\n${block('export const two = one + 1')}` +
        block("// b.ts\nimport { two } from './a.ts'\nconsole.log(two) // 2\nconsole.log('x', 1)\n// → x …") +
        `${block('npx tsx b.ts\nnpx daybook --version # says which', 'sh')}${block('…', 'text')}`,
    )
  })

  test('finds what does not compile', async () => {
    const text = `# A page\n${block('// a.ts\nexport const one = 1')}\n${block('const two: string = one')}`
    await expect(follow(text)).rejects.toThrow(`${PATH}:8 (a.ts): error TS2322`)
  })

  test('finds what prints something else', async () => {
    await expect(follow(block('console.log(1) // 2'))).rejects.toThrow(`${PATH}:2: it prints: 1`)
  })

  test('finds what prints less or more than it says; … stands for any text', () => {
    const promises = [
      { at: 3, text: 'a … c' },
      { at: 4, text: '(d)*' },
    ]
    expect(findBroken(['a b c', '(d)*'], promises)).toBeUndefined()
    expect(findBroken(['a b c', 'dd'], promises)).toMatchObject({
      at: 4,
      text: expect.stringContaining('it prints: dd'),
    })
    expect(findBroken(['a b c'], promises)).toEqual({ at: 4, text: 'it does not print: (d)*' })
    expect(findBroken(['a b c', '(d)*', 'e'], promises)).toEqual({ at: 4, text: 'it prints more than it says: e' })
  })

  test('finds what fails, and where', async () => {
    const text = `\n${block('// a.ts\nawait 0\nthrow new Error("no")')}`
    await expect(follow(text)).rejects.toThrow(`${PATH}:5 (a.ts)`)
    await expect(follow(block('await 0') + block('npx daybook nonsense', 'sh'))).rejects.toThrow(`${PATH}:5: it fails.`)
  })

  test('finds a test that fails, and where', async () => {
    const failing =
      "import assert from 'node:assert'\nimport { test } from 'node:test'\ntest('x', () => assert.equal(1, 2))"
    const text = block(`// a.test.ts\n${failing}`) + block(`// b.test.ts\n${failing.replace('2', '1')}`)
    await expect(follow(text)).rejects.toThrow(`${PATH}:5 (a.test.ts)`)
  })

  test('asks why a block is not run', () => {
    const problems = (text: string) => toPage(PATH, text).problems
    expect(problems(block('rm -rf /', 'sh'))).toEqual([expect.stringContaining(`${PATH}:2: nothing runs "rm -rf /"`)])
    expect(problems(block('select 1', 'sql'))).toEqual([expect.stringContaining(`${PATH}:1: nothing runs a block`)])
    expect(problems(block('npx tsx other.ts', 'sh'))).toEqual([expect.stringContaining('there is no program other.ts')])
    expect(problems(`<!-- not run: it needs a disk -->\n\n${block('rm -rf /', 'sh')}`)).toEqual([])
  })
})
