import { open } from 'daybook'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeInline } from './inline-on-any-engine.ts'
import { describeQuarantine } from './quarantine-on-any-engine.ts'
import { describeSqlProjections } from './sql-on-any-engine.ts'

describeOnPostgres('on PostgreSQL', () => {
  const database = useTestDatabase()
  describeQuarantine((options) => open(database.url, options))
  describeInline((options) => open(database.url, options))
  describeSqlProjections((options) => open(database.url, options))
})
