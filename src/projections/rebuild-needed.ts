import { DaybookError } from '../errors/index.ts'
import type { Generation } from '../store/index.ts'
import type { AnyProjection } from './batch.ts'

export function rebuildNeeded(
  projection: Pick<AnyProjection, 'name' | 'fingerprint'>,
  generation: Generation,
): DaybookError {
  const { name, fingerprint } = projection
  const isFixed = 'tables' in projection && projection.tables === undefined
  const remedy = isFixed ? 'Make new tables and give the projection another name' : 'Rebuild the projection'
  const message =
    `The live rows of ${name} were made by another definition than this one: its functions, its initial row, its ` +
    `events or its version have changed. ${remedy}, or run the program that made them.`
  const details = { projection: name, found: generation.fingerprint, expected: fingerprint }
  return new DaybookError('rebuild-needed', message, details)
}
