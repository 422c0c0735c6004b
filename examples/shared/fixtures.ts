/** For the tests of examples: files that are gone after the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-example-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeFixture(name: string, content: string | Uint8Array): string {
  const file = join(makeFolder(), name)
  writeFileSync(file, content)
  return file
}
