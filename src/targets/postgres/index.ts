export type { ColumnType } from './column-types.ts'
export type { ColumnDeclaration, IndexDeclaration, TableDeclaration } from './columns.ts'
export { type PostgresTargetsOptions, postgresTargets } from './postgres-target.ts'
