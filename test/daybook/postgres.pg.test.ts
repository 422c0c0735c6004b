import { open } from 'daybook'
import { describeWithin } from '../commands/within-on-any-engine.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeFormerEvents } from './former-events.ts'
import { describeDaybook } from './on-any-engine.ts'

describeOnPostgres('on PostgreSQL', () => {
  const database = useTestDatabase()
  describeDaybook((options) => open(database.url, options))
  describeWithin((options) => open(database.url, options))
  describeFormerEvents((options) => open(database.url, options))
})
