import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'daybook'
import { afterAll, beforeAll } from 'vitest'
import { describeTables } from './describe-tables.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daybook-tables-'))
})
afterAll(() => rm(directory, { recursive: true }))

describeTables((options) => open(`file:${directory}/book`, options))
