import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openPglite } from '../../src/stores/postgres/index.ts'
import { runConformance } from './run-suite.ts'

const folders: string[] = []

runConformance('PGlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-conformance-'))
  folders.push(folder)
  return openPglite(`file:${join(folder, 'store')}`)
})

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true })
})
