import { DaybookError } from '../errors/index.ts'
import type { AnyReadModel } from '../readmodels/index.ts'
import type { Generation } from '../store/index.ts'

export function rebuildNeeded(
  { name, fingerprint, ...definition }: Pick<AnyReadModel, 'name' | 'fingerprint'> & { readonly kind?: 'sql' },
  generation: Generation,
): DaybookError {
  const remedy =
    definition.kind === 'sql' ? 'Make new tables and give the projection another name' : 'Rebuild the projection'
  const message =
    `The live rows of ${name} were made by another definition than this one: its functions, its initial row, its ` +
    `events or its version have changed. ${remedy}, or run the program that made them.`
  const details = { projection: name, found: generation.fingerprint, expected: fingerprint }
  return new DaybookError('rebuild-needed', message, details)
}
