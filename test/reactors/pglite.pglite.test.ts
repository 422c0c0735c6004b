import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'daybook'
import { afterAll, beforeAll } from 'vitest'
import { describeReactors } from './reactors-on-any-engine.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daybook-reactors-'))
})
afterAll(() => rm(directory, { recursive: true }))

describeReactors((options) => open(`file:${directory}/book`, options))
