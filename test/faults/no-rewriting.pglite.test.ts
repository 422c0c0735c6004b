import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openPglite } from '../../src/stores/postgres/index.ts'
import { refusesChange } from './no-rewriting.ts'

let folder: string | undefined

refusesChange('on PGlite', async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-no-rewriting-'))
  return openPglite(`file:${join(folder, 'store')}`)
})

afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true })
})
