import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { registerList } from './list.ts'
import { registerQuarantine } from './quarantine.ts'
import { registerRebuild } from './rebuild.ts'
import { registerReconcile } from './reconcile.ts'
import { registerRollback } from './rollback.ts'

export function registerProjections(program: Command, terminal: Terminal): void {
  const projections = program
    .command('projections')
    .description('look after projections: what they have come to, rebuilding, drift, events that cannot be applied')
  for (const register of [registerList, registerRebuild, registerRollback, registerReconcile, registerQuarantine]) {
    register(projections, terminal)
  }
}
