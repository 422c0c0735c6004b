import { DaybookError } from '../errors/index.ts'
import type { AnyReadModel } from '../readmodels/index.ts'
import type { Generation } from '../store/index.ts'

export function rebuildNeeded(
  { name, fingerprint }: Pick<AnyReadModel, 'name' | 'fingerprint'>,
  generation: Generation,
): DaybookError {
  const message =
    `The live rows of ${name} were made by another definition than this one: its functions, its initial row, its ` +
    'events or its version have changed. Rebuild the projection, or run the program that made them.'
  const details = { projection: name, found: generation.fingerprint, expected: fingerprint }
  return new DaybookError('rebuild-needed', message, details)
}
