export { postgresTargets } from './postgres-target.ts'
