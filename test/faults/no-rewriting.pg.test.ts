import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { refusesChange } from './no-rewriting.ts'

describeOnPostgres('history', () => {
  const database = useTestDatabase()
  refusesChange('on PostgreSQL', () => openPostgres(database.url))
})
