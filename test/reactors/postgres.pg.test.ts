import { open } from 'daybook'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeReactors } from './reactors-on-any-engine.ts'
import { describeSharedReactors } from './shared-reactors.ts'

describeOnPostgres('on PostgreSQL', () => {
  const database = useTestDatabase()
  describeReactors((options) => open(database.url, options))
  describeSharedReactors((options) => open(database.url, options))
})
