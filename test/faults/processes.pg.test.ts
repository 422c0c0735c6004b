import { openPostgres } from '../../src/stores/postgres/index.ts'
import { describeOnPostgres, useTestDatabase } from '../support/postgres.ts'
import { describeProcesses } from './processes.ts'
import { SEED, TIMEOUT_MS } from './seed.ts'

describeOnPostgres(`several processes (DAYBOOK_SEED=${SEED})`, { timeout: TIMEOUT_MS }, () => {
  describeProcesses(useTestDatabase(), openPostgres)
})
