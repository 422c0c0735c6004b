/**
 * Programs that tests start by the dozen, compiled once: a process that has to compile itself first takes five times as
 * long to start.
 *
 *     const program = useCompiled(new URL('program.ts', import.meta.url))
 *     test('…', () => fork(program.path))
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A program for the tests of the enclosing `describe`; its path may be read when they run. */
export function useCompiled(program: URL): { readonly path: string } {
  const source = relative(ROOT, fileURLToPath(program))
  let folder: string | undefined
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-compiled-'))
    compile(source, folder)
  })
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true })
  })
  return {
    get path() {
      if (folder === undefined) throw new Error('It is compiled before the first test: read its path in a test.')
      return join(folder, source.replace(/\.ts$/, '.js'))
    },
  }
}

/** The program and all that it imports, in a folder that is a package of our name. */
function compile(source: string, folder: string): void {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'))
  const paths = Object.entries<readonly string[]>(compilerOptions.paths)
  const entries = paths.map(([name, [path = '']]) => [name.replace('daybook', '.'), path.replace(/\.ts$/, '.js')])
  const typeRoots = [join(ROOT, 'node_modules/@types')]
  const options = { noEmit: false, noCheck: true, rootDir: ROOT, outDir: folder, typeRoots }
  const project = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: options,
    include: [],
    files: [join(ROOT, source)],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project))
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['--project', folder], { stdio: 'inherit' })
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name, version, type: 'module', exports: Object.fromEntries(entries) }),
  )
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'src'), { recursive: true })
  cpSync(join(ROOT, 'src'), join(folder, 'src'), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || /[.](?:sql|lua)$/.test(path),
  })
}
