/** Finds a read model in what a module exports: by itself, with its targets, or among the projections of a configuration. */
import type { ConfiguredProjection, DaybookConfig } from './config.ts'
import type { AnyReadModel, AnySqlProjection } from './readmodels/index.ts'
import { type EventStore, type ReadModelTargets, refuse } from './store/index.ts'

export interface FoundDefinition {
  readonly readModel: AnyReadModel
  /** Undefined where the engine keeps it. */
  readonly targets?: (store: EventStore) => ReadModelTargets
}

export interface Wanted {
  /** Its name. */
  readonly readModel: string
  readonly fingerprint: string
  /** The caller keeps its rows in targets of its own, so that the module has to name them too. */
  readonly hasTargets: boolean
}

/** @throws `invalid-argument` when it is not there, or is another one */
export function findDefinition(exported: unknown, { readModel, fingerprint, hasTargets }: Wanted): FoundDefinition {
  const found = candidatesOf(exported).find((each) => each.readModel.name === readModel)
  if (found === undefined) refuse('definition', `names a module that does not export the read model ${readModel}`)
  if (found.readModel.fingerprint !== fingerprint) {
    refuse('definition', `names a module whose ${readModel} is another one than that which is being rebuilt`)
  }
  if (hasTargets && found.targets === undefined) {
    refuse(
      'definition',
      `names a module that does not say where the rows of ${readModel} are: export { readModel, targets }`,
    )
  }
  return found
}

function candidatesOf(exported: unknown): readonly FoundDefinition[] {
  if (typeof exported !== 'object' || exported === null) return []
  const { projections } = exported as DaybookConfig
  return (projections ?? [exported as AnyReadModel | ConfiguredProjection]).flatMap(toFound)
}

/** A projection of a configuration, with or without targets of its own. */
function toFound(projection: AnyReadModel | AnySqlProjection | ConfiguredProjection): readonly FoundDefinition[] {
  if ('kind' in projection) return []
  if (!('readModel' in projection)) return [{ readModel: projection }]
  const { readModel, targets } = projection
  return [{ readModel, targets: typeof targets === 'function' ? targets : () => targets }]
}
