/** `daybook schema`, as a person and a CI job run it. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from 'daybook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
let cwd = ''
const url = () => `file:${cwd}/book`

/** The definitions of a release, in a configuration that says where daybook is. */
async function release(events: string): Promise<void> {
  const text = `import { z } from 'zod'
    import { event, retired } from '${ROOT}src/index.ts'
    export default { url: '${url()}', events: [${events}] }\n`
  await writeFile(join(cwd, 'daybook.config.ts'), text)
}

const schema = (...args: string[]) => runCli(['schema', ...args], { cwd })

const OPENED = `event('Opened', z.object({ owner: z.string() }))`
const WITHDRAWN = `event('Withdrawn', z.object({ amount: z.number() }))`
const NEXT = `.next(z.object({ amount: z.number(), channel: z.string() }), (v1) => ({ ...v1, channel: 'branch' }))`

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'daybook-schema-'))
  await symlink(join(ROOT, 'node_modules'), join(cwd, 'node_modules'))
  await using daybook = await open(url())
  const withdrawals = Array.from({ length: 30 }, (_, n) => ({ type: 'Withdrawn', data: { amount: n } }))
  await daybook.append('account-A', [{ type: 'Opened', data: { owner: 'Ada' } }, ...withdrawals])
})
afterAll(() => rm(cwd, { recursive: true }))

test('check › lists what is stored, says that it is read, and that nothing is locked', async () => {
  await release(`${OPENED}, ${WITHDRAWN}${NEXT}`)
  const { code, stdout, stderr } = await schema('check')
  expect(code, stderr).toBe(0)
  expect(stdout.split('\n')).toEqual([
    'EVENTS  TYPE       VERSION  CATEGORY  READ',
    '     1  Opened     1        account   as it is (1 tried)',
    '    30  Withdrawn  1        account   upcast (10 tried)',
    '',
    'This code reads all that is in the log main.',
    '',
    'No shapes are locked. Lock them, and commit the file: daybook schema lock',
    '',
  ])
})

test('check › fails for what it cannot read, with the position and the path', async () => {
  await release(`${OPENED}.next(z.object({ owner: z.number() }), (v1) => v1)`)
  const { code, stdout } = await schema('check', '--sample', 'all', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    log: 'main',
    isReadable: false,
    types: [
      { type: 'Opened', events: 1, sampled: 1, failed: 1, problem: { position: 1, path: 'data.owner' } },
      {
        type: 'Withdrawn',
        events: 30,
        reading: 'none',
        problem: { position: 2, message: expect.stringMatching(/^No definition reads Withdrawn/) },
      },
    ],
    lock: null,
  })
})

test('lock › writes the shapes to a file that check holds to, also without a store', async () => {
  await release(`${OPENED}, ${WITHDRAWN}`)
  expect(await schema('lock')).toMatchObject({ code: 0, stderr: expect.stringMatching(/2 types of events are locked/) })
  const file = join(cwd, 'daybook.schema.json')
  const locked = await readFile(file, 'utf8')
  expect(Object.keys(JSON.parse(locked).events)).toEqual(['Opened', 'Withdrawn'])
  const kept = await schema('check', '--no-store')
  expect(kept).toMatchObject({ code: 0, stdout: expect.stringMatching(/are as they are locked/) })

  await release(`${OPENED}, event('Withdrawn', z.object({ amount: z.string() }))`)
  const changed = await schema('check', '--no-store')
  expect(changed.code).toBe(1)
  expect(changed.stdout).toMatch(/Withdrawn has another shape.*data\.amount, type: was "number", is "string"/s)
  expect((await schema('lock')).code).toBe(1)
  expect(await readFile(file, 'utf8')).toBe(locked)

  await release(`${OPENED}, ${WITHDRAWN}${NEXT}`)
  const next = await schema('check', '--no-store')
  expect(next.code).toBe(0)
  expect(next.stdout).toMatch(/Withdrawn in schema version 2 is not locked yet/)
  expect((await schema('lock')).code).toBe(0)
  expect(JSON.parse(await readFile(file, 'utf8')).events.Withdrawn).toHaveProperty('2')

  await release(OPENED)
  expect((await schema('lock')).stderr).toMatch(/no definition reads it any more/)
  expect((await schema('lock', '--force')).code).toBe(0)
})

test('is told what to do where there are no definitions, no lock, or a wrong sample', async () => {
  await release('')
  expect(await schema('check')).toMatchObject({ code: 2, stderr: expect.stringMatching(/names no definitions/) })
  await release(OPENED)
  await writeFile(join(cwd, 'other.json'), '{"format":7}')
  expect(await schema('check', '--lock-file', 'other.json')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/is no lock of event shapes/),
  })
  expect(await schema('check', '--sample', 'some')).toMatchObject({ code: 2, stderr: expect.stringMatching(/or all/) })
})
