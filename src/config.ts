/** What `daybook.config.ts` tells the command line of an application: where its store is, and its definitions. */
import type { AnyAggregate } from './aggregates/index.ts'
import type { AnyEventDefinition } from './events/index.ts'
import type { OpenOptions } from './open.ts'
import type { AnyReactor } from './reactors/index.ts'
import type { AnyReadModel, AnySqlProjection } from './readmodels/index.ts'
import type { EventStore, ReadModelTargets } from './store/index.ts'

export interface DaybookConfig extends OpenOptions {
  /** As `open` takes it; `--url` and the environment variable `DAYBOOK_URL` come before it. */
  readonly url?: string
  /** The aggregates of the application, and with them the events that they have. */
  readonly aggregates?: readonly AnyAggregate[]
  /** The reactors of the application, and with them the events that they react to. */
  readonly reactors?: readonly AnyReactor[]
  /** Events beside those of the aggregates, the projections and the reactors. */
  readonly events?: readonly AnyEventDefinition[]
  /** What the application keeps up to date: a read model where the engine keeps it or in targets of its own, or SQL of its own. */
  readonly projections?: readonly (AnyReadModel | AnySqlProjection | ConfiguredProjection)[]
}

export interface ConfiguredProjection {
  readonly readModel: AnyReadModel
  /** Where its rows are kept; given the store, for tables in its own database. */
  readonly targets: ReadModelTargets | ((store: EventStore) => ReadModelTargets)
}

/**
 * Gives a configuration its type; export it by default.
 * @example
 * export default defineConfig({ url: 'file:./bank', aggregates: [Account], projections: [balances] })
 */
export function defineConfig(config: DaybookConfig): DaybookConfig {
  return config
}
