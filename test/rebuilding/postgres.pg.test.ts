import { open } from 'daybook'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeRebuild } from './describe-rebuild.ts'

describeOnPostgres('on PostgreSQL', () => {
  const database = useTestDatabase()
  describeRebuild((options) => open(database.url, options))
})
