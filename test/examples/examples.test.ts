/** The examples are run by the command that their readers give, and each is listed. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { exists, ROOT, read } from '../docs/documents.ts'

const names = readdirSync(join(ROOT, 'examples')).filter((name) => exists(`examples/${name}/main.ts`))

/** As `npm run example -- …` does. */
async function run(...args: readonly string[]): Promise<string> {
  const { scripts } = JSON.parse(read('package.json'))
  expect(scripts.example).toBe('tsx scripts/example.ts')
  const program = ['--import', 'tsx', 'scripts/example.ts', ...args]
  return (await promisify(execFile)(process.execPath, program, { cwd: ROOT })).stdout
}

describe('npm run example', () => {
  test('lists the examples, when it is given none or one that is not', async () => {
    const listed = await run()
    for (const name of names) expect(listed).toMatch(new RegExp(`^ {2}${name} +\\S.*\\.$`, 'm'))
    await expect(run('nonsense')).rejects.toMatchObject({ code: 2, stderr: 'There is no example nonsense.\n' })
  })

  test('runs one, on the store that it is given', async () => {
    expect(await run('invoices', 'memory:')).toContain('wins: version 1, at position 1 of the log')
    await expect(run('invoices', 'nonsense:')).rejects.toMatchObject({
      stderr: expect.stringContaining('unknown-engine'),
    })
  })
})

test('examples/README.md lists each, in the order of the lessons', () => {
  const listed = [...read('examples/README.md').matchAll(/^\| \[(\w+)\]\(\1\/\)/gm)].map(([, name]) => name)
  expect(listed).toEqual(['invoices', 'orders', 'bank', 'inventory', 'customers', 'catalogue', 'retail'])
  expect([...listed].sort()).toEqual(names)
})
