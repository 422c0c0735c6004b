import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'daybook'
import { afterAll, beforeAll } from 'vitest'
import { describeWithin } from '../commands/within-on-any-engine.ts'
import { describeFormerEvents } from './former-events.ts'
import { describeDaybook } from './on-any-engine.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daybook-'))
})
afterAll(() => rm(directory, { recursive: true }))

describeDaybook((options) => open(`file:${directory}/book`, options))
describeWithin((options) => open(`file:${directory}/book`, options))
describeFormerEvents((options) => open(`file:${directory}/book`, options))
