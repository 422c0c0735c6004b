import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { runConformance } from './run-suite.ts'

describeOnPostgres('conformance', () => {
  const database = useTestDatabase()
  runConformance('PostgreSQL', () => openPostgres(database.url))
})
