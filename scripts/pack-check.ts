/**
 * Checks the package as others get it: packed, looked at by publint and are-the-types-wrong, installed in an empty
 * project beside the drivers, and used by a program that is compiled there with strict types and then run.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-pack-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const tarball = pack()
run('publint', ['run', '--strict', tarball])
run('attw', ['--profile', 'esm-only', tarball])
install(tarball)
compileAndRun()

function pack(): string {
  run('npm', ['pack', '--silent', '--pack-destination', folder])
  const [name] = readdirSync(folder)
  if (name === undefined) throw new Error(`npm pack left no tarball in ${folder}.`)
  return join(folder, name)
}

function install(tarball: string): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }))
  const ours: { devDependencies: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'))
  const beside = ['pg', '@electric-sql/pglite', 'zod', 'typescript', '@types/node']
  const packages = beside.map((name) => `${name}@${ours.devDependencies[name]}`)
  run('npm', ['install', '--no-audit', '--no-fund', tarball, ...packages], folder)
}

function compileAndRun(): void {
  copyFileSync(resolve('scripts/pack-check/program.ts'), join(folder, 'program.ts'))
  // Not skipLibCheck: our own declarations must stand without help. What pg and pglite declare is not read here.
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  run('npx', ['tsc', ...options, 'program.ts'], folder)
  run('node', ['program.js'], folder)
}
