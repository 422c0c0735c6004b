import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'daybook'
import { afterAll, beforeAll } from 'vitest'
import { describeInline } from './inline-on-any-engine.ts'
import { describeSqlProjections } from './sql-on-any-engine.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daybook-projections-'))
})
afterAll(() => rm(directory, { recursive: true }))

describeInline((options) => open(`file:${directory}/book`, options))
describeSqlProjections((options) => open(`file:${directory}/book`, options))
