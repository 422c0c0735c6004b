import { open } from 'daybook'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeDaybook } from './on-any-engine.ts'

describeOnPostgres('on PostgreSQL', () => {
  const database = useTestDatabase()
  describeDaybook((options) => open(database.url, options))
})
