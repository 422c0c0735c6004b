import { checkpointCases } from './checkpoints.ts'
import { generationCases } from './generations.ts'
import { rowCases } from './rows.ts'
import type { TargetCase } from './target-case.ts'

/** Every fact about a target of read models: a behaviour without a case here is not part of the port. */
export const targetConformance: readonly TargetCase[] = [...rowCases, ...checkpointCases, ...generationCases]

export { inapplicable, type TargetCase } from './target-case.ts'
