/** A projection by SQL of the user's own, which runs in the transaction that moves its checkpoint: exactly once. */
import { createHash } from 'node:crypto'
import { type AnyEventDefinition, type RecordedEvent, type RecordedOf, toRead } from '../events/index.ts'
import { assertProjectionName, type OwnTables, refuse, type SqlClient } from '../store/index.ts'

/** Any SQL projection's definition, as far as running it goes. */
export interface AnySqlProjection {
  readonly kind: 'sql'
  readonly name: string
  readonly events: readonly AnyEventDefinition[]
  readonly fingerprint: string
  /** Of the source of its functions: what one has begun to build, another must not go on with. */
  readonly source: string
  /** What may be made anew; undefined where it was not declared. */
  readonly tables: OwnTables | undefined
  /** The events of today, of those that it is told of, that a stored one gives. @throws `unreadable-event` */
  read(recorded: RecordedEvent): readonly RecordedEvent[]
  /** What the event (in today's shape) belongs to: when it fails, the later ones of the same wait. */
  keyOf(event: RecordedEvent): string
  /** Runs the user's statements for events in today's shape. */
  apply(client: SqlClient, events: readonly RecordedEvent[]): Promise<void>
}

export interface SqlProjection<Definition extends AnyEventDefinition> extends AnySqlProjection {
  readonly events: readonly Definition[]
}

type ApplyEvent<Definition extends AnyEventDefinition> = (
  client: SqlClient,
  event: RecordedOf<Definition>,
) => Promise<unknown>

type ApplyEvents<Definition extends AnyEventDefinition> = (
  client: SqlClient,
  events: readonly RecordedOf<Definition>[],
) => Promise<unknown>

interface CommonOptions<Definition extends AnyEventDefinition> {
  /** The events it is told of; it sees no others. */
  readonly events: readonly Definition[]
  /** What is held back together when an event fails: at most 512 characters. The event's stream when absent. */
  readonly key?: (event: RecordedOf<Definition>) => string
  /** A change of it asks for tables made anew; a change of the functions alone does not. 1 when absent. */
  readonly version?: number | string
}

/** Declared together, they let the tables be rebuilt. */
type TableOptions =
  | {
      /** The tables that the statements fill, and nobody else does. The statements name them without a schema. */
      readonly tables: readonly string[]
      /**
       * Makes the tables, empty, with their indexes and grants, and nothing else; without naming a schema. It runs when the
       * projection begins and none of them is there, and for each rebuild.
       */
      readonly setup: (client: SqlClient) => Promise<unknown>
    }
  | { readonly tables?: never; readonly setup?: never }

export type SqlProjectionOptions<Definition extends AnyEventDefinition> = CommonOptions<Definition> &
  TableOptions &
  (
    | {
        /** Runs statements for one event. All of a batch are in one transaction. */
        readonly apply: ApplyEvent<Definition>
        readonly applyBatch?: never
      }
    | {
        /** Runs statements for many events at once, in the order of their positions. */
        readonly applyBatch: ApplyEvents<Definition>
        readonly apply?: never
      }
  )

/**
 * Defines a projection by SQL of one's own, on PostgreSQL and PGlite. The statements run in the transaction that moves
 * the checkpoint, so each event is applied exactly once. They must do nothing outside of it.
 *
 * @param name Names its checkpoint: at most 255 characters.
 * @throws `invalid-argument` for a bad name, or two events of one type
 * @example
 * const revenue = sqlProjection('revenue', {
 *   events: [InvoicePaid],
 *   tables: ['revenue'],
 *   setup: (client) => client.query('create table revenue (country text primary key, total bigint not null)'),
 *   apply: (client, { data }) =>
 *     client.query('update revenue set total = total + $1 where country = $2', [data.amount, data.country]),
 * })
 */
export function sqlProjection<const Definitions extends readonly AnyEventDefinition[]>(
  name: string,
  options: SqlProjectionOptions<Definitions[number]> & { readonly events: Definitions },
): SqlProjection<Definitions[number]> {
  assertProjectionName(name)
  const { events, key = ({ stream }) => stream.name, version = 1 } = options
  if (typeof (options.apply ?? options.applyBatch) !== 'function') refuse('apply', 'is no function, nor is applyBatch')
  return {
    kind: 'sql',
    name,
    events,
    fingerprint: createHash('sha256')
      .update(JSON.stringify(['sql', version]))
      .digest('hex'),
    source: toSource(options),
    tables: toOwnTables(options),
    read: toRead<Definitions[number]>(events),
    // What is given to these is what `read` made.
    keyOf: key as (event: RecordedEvent) => string,
    apply: (client, batch) => run(options, client, batch as readonly RecordedOf<Definitions[number]>[]),
  }
}

function toSource({ events, key, tables, setup, apply, applyBatch }: SqlProjectionOptions<AnyEventDefinition>): string {
  const parts = [events.map(({ fingerprint }) => fingerprint), tables, ...[key, setup, apply, applyBatch].map(String)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** @throws `invalid-argument` */
function toOwnTables({ tables, setup }: TableOptions): OwnTables | undefined {
  if (tables === undefined && setup === undefined) return undefined
  if (typeof setup !== 'function') refuse('setup', 'is no function: it makes the tables that are declared')
  if (tables === undefined || tables.length === 0) refuse('tables', 'is empty: name the tables that setup makes')
  const qualified = tables.find((name) => name.includes('.'))
  if (qualified !== undefined) refuse('tables', `has ${qualified}: name it without its schema, as the statements must`)
  return { names: [...new Set(tables)], setup: async (client) => void (await setup(client)) }
}

async function run<Definition extends AnyEventDefinition>(
  { apply, applyBatch }: SqlProjectionOptions<Definition>,
  client: SqlClient,
  events: readonly RecordedOf<Definition>[],
): Promise<void> {
  if (applyBatch !== undefined) await applyBatch(client, events)
  else for (const event of events) await apply(client, event)
}
