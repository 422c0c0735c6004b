/** The projections that the configuration names: what every command about them begins with. */
import type { Command } from 'commander'
import type { ConfiguredProjection, DaybookConfig } from '../../config.ts'
import type { Daybook, WhereKept } from '../../daybook-interface.ts'
import type { AnyProjection } from '../../projections/index.ts'
import type { AnyReadModel } from '../../readmodels/index.ts'
import { type Session, withDaybook } from '../session.ts'
import { UsageProblem } from '../usage.ts'

export interface FoundProjection {
  readonly definition: AnyProjection
  readonly where: WhereKept
}

/** In the order of the configuration. */
export function findProjections({ projections = [] }: DaybookConfig, daybook: Daybook): readonly FoundProjection[] {
  return projections.map((each) => toFound(each, daybook))
}

function toFound(each: AnyProjection | ConfiguredProjection, { store }: Daybook): FoundProjection {
  if (!('readModel' in each)) return { definition: each, where: {} }
  const { readModel, targets } = each
  return { definition: readModel, where: { targets: typeof targets === 'function' ? targets(store) : targets } }
}

/** @throws UsageProblem for a name that the configuration does not have */
export function findProjection(config: DaybookConfig, daybook: Daybook, name: string): FoundProjection {
  const all = findProjections(config, daybook)
  const found = all.find(({ definition }) => definition.name === name)
  if (found !== undefined) return found
  const known = all.map(({ definition }) => definition.name).join(', ')
  throw new UsageProblem(
    known === ''
      ? 'The configuration has no projections. Name them in daybook.config.ts: projections: [balances]'
      : `The configuration has no projection ${name}. It has: ${known}`,
  )
}

export interface ReadModelSession extends Session {
  readonly readModel: AnyReadModel
  readonly where: WhereKept
}

export interface ProjectionSession extends Session, FoundProjection {}

export async function withProjection<T>(
  command: Command,
  name: string,
  work: (session: ProjectionSession) => Promise<T>,
): Promise<T> {
  return await withDaybook(command, async (session) => {
    return await work({ ...session, ...findProjection(session.config, session.daybook, name) })
  })
}

/** @throws UsageProblem for a projection whose rows are not folded by Daybook */
export async function withReadModel<T>(
  command: Command,
  name: string,
  work: (session: ReadModelSession) => Promise<T>,
): Promise<T> {
  return await withProjection(command, name, async ({ definition, ...session }) => {
    if ('kind' in definition)
      throw new UsageProblem(
        `${name} is SQL of your own: Daybook folds no rows of it. To compare its tables with what the log makes of them: ` +
          `daybook projections rebuild ${name} --verify-only`,
      )
    return await work({ ...session, readModel: definition })
  })
}
