/** `daybook copy`, `export` and `import`, as processes of their own. */
import { randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { open } from 'daybook'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

describe('the command daybook', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-cli-'))
  const [one, other] = [`file:${join(folder, 'one')}`, `file:${join(folder, 'other')}`]

  beforeAll(async () => {
    await using daybook = await open(one)
    for (let n = 1; n <= 30; n++)
      await daybook.append(`thing-${n % 3}`, { type: 'Noted', data: { n, text: 'Grüße 🙂' } })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('says how it is used, and 2 where it is used otherwise', async () => {
    const [help, version, wrong, nowhere] = await Promise.all([
      runCli(['--help']),
      runCli(['--version']),
      runCli(['exprt']),
      runCli(['export'], { cwd: folder }),
    ])
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('copy') })
    expect(version).toMatchObject({ code: 0, stdout: `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n` })
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean export?') })
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('--url') })
  })

  test('makes no store where one was to be read, and no file that is named like a store', async () => {
    const folderOf = (name: string) => join(folder, name)
    const ran = await Promise.all([
      runCli(['--url', `file:${folderOf('misspelt')}`, 'export']),
      runCli(['copy', `file:${folderOf('misspelt')}`, `file:${folderOf('copy')}`]),
    ])
    for (const each of ran)
      expect(each).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no folder') })
    expect(existsSync(folderOf('misspelt'))).toBe(false)
    expect(existsSync(folderOf('copy'))).toBe(false)
    const taken = await runCli(['--url', other, 'export', one], { cwd: folder })
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('give it as --url') })
  })

  test('refuses to copy a log onto itself, however its store is spelt', async () => {
    const [relative, link] = [`file:./one/../one`, `file:${join(folder, 'link')}`]
    symlinkSync(join(folder, 'one'), join(folder, 'link'))
    const ran = await Promise.all([
      runCli(['copy', one, one]),
      runCli(['copy', one, relative], { cwd: folder }),
      runCli(['copy', link, one]),
      runCli(['copy', 'postgres://ada:secret@Localhost/shop', 'postgresql://localhost:5432/shop']),
      runCli(['copy', 'redis://localhost', 'redis://localhost/0']),
    ])
    for (const each of ran)
      expect(each).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('would be copied onto itself'),
      })
  })

  test('names the logs that there are where one was named that is not', async () => {
    for (const args of [
      ['--url', one, '--log', 'mian', 'export'],
      ['--url', one, '--log', 'mian', 'reactors', 'list'],
      ['--log', 'mian', 'copy', one, `file:${join(folder, 'unmade')}`],
    ]) {
      const stderr = expect.stringMatching(/no log mian: .* There are: main$/m)
      expect(await runCli(args)).toMatchObject({ code: 2, stdout: '', stderr })
    }
    expect(existsSync(join(folder, 'unmade'))).toBe(false)
  })

  test('exports to a file in one go, keeping its mode, and to a device as it is', async () => {
    const file = join(folder, 'kept.ndjson')
    writeFileSync(file, 'old\n', { mode: 0o600 })
    const ran = await runCli(['--url', one, 'export', file])
    expect(ran.code, ran.stderr).toBe(0)
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(30)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(await runCli(['--url', one, 'export', '/dev/null'])).toMatchObject({ code: 0 })
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('exports to a file that imports into another store, and copies find both the same', async () => {
    const file = join(folder, 'log.ndjson.gz')
    const exported = await runCli(['--url', one, 'export', file])
    expect(exported).toMatchObject({ code: 0, stdout: '' })
    expect(gunzipSync(readFileSync(file)).toString().trim().split('\n')).toHaveLength(30)

    const imported = await runCli(['--url', other, '--json', 'import', file])
    expect(imported.code, imported.stderr).toBe(0)
    expect(JSON.parse(imported.stdout)).toEqual({ events: 30, skipped: 0, position: 30 })

    const copied = await runCli(['--json', 'copy', one, other])
    expect(copied.code, copied.stderr).toBe(0)
    expect(JSON.parse(copied.stdout)).toMatchObject({ copied: 0, same: true, events: 30 })
  })

  test('writes CloudEvents to a pipe, and reads them from one', async () => {
    const { stdout } = await runCli(['--url', one, 'export', '--format', 'cloudevents'])
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ specversion: '1.0', subject: 'thing-1' })
    const imported = await runCli(['--url', `file:${join(folder, 'piped')}`, 'import'], { input: stdout })
    expect(imported, imported.stderr).toMatchObject({ code: 0, stderr: expect.stringContaining('30 events imported') })
  })

  test('names the line of a file that cannot be imported, and fails', async () => {
    const file = join(folder, 'bad.ndjson')
    writeFileSync(file, '{"stream":"a-1","type":"Noted","data":1}\n{"stream":"a-1"\n')
    const ran = await runCli(['--url', `file:${join(folder, 'bad')}`, 'import', file])
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/Line 2 .*\n\(invalid-line\)/s) })
  })

  test('names a file that cannot be read or written, and keeps what was read of it', async () => {
    const [whole, cut, plain] = ['whole.ndjson.gz', 'cut.ndjson.gz', 'plain.gz'].map((name) => join(folder, name))
    const lines = Array.from({ length: 12_000 }, (_, n) => {
      return JSON.stringify({ stream: 'a-1', id: randomUUID(), type: 'Noted', data: { n, at: randomUUID() } })
    })
    writeFileSync(whole as string, gzipSync(lines.join('\n')))
    writeFileSync(cut as string, gzipSync(lines.join('\n')).subarray(0, -20_000))
    writeFileSync(plain as string, lines.join('\n'))
    const store = `file:${join(folder, 'files')}`
    for (const [file, problem] of [
      [cut, /unexpected end of file/],
      [plain, /incorrect header check/],
      [folder, /EISDIR/],
    ] as const) {
      const ran = await runCli(['--url', store, 'import', file as string])
      expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(problem) })
      expect(ran.stderr).not.toContain('Node.js')
    }
    const { stderr } = await runCli(['--url', store, 'import', whole as string])
    expect(stderr).toMatch(/^2000 events imported, 10000 were there already; the log is at position 12000/m)
    const nowhere = await runCli(['--url', store, 'export', join(folder, 'nowhere', 'file')])
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written: ENOENT') })
  })

  test('takes the store from a configuration, in TypeScript too', async () => {
    const config = `import type { DaybookConfig } from 'daybook'\nexport default { url: '${one}' } satisfies DaybookConfig\n`
    writeFileSync(join(folder, 'daybook.config.ts'), config)
    const ran = await runCli(['export', '--type', 'Noted', '--after', '29'], { cwd: folder })
    expect(ran.code, ran.stderr).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({ position: 30 })
    rmSync(join(folder, 'daybook.config.ts'))
  })

  test('shows no password', async () => {
    const ran = await runCli(['copy', 'mysql://ada:secret@localhost/book', 'memory:'])
    expect(ran.code).toBe(1)
    expect(ran.stdout + ran.stderr).not.toContain('secret')
  })
})
