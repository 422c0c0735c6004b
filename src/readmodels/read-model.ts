/** A read model: a question answered in advance, as a pure keyed fold of events into rows. */
import {
  type AnyEventDefinition,
  assertSynchronous,
  brokenDefinition,
  type Frozen,
  freezeDeep,
  type GivesKnown,
  type JsonOnly,
  type RecordedEvent,
  type RecordedOf,
  toRead,
} from '../events/index.ts'
import { assertProjectionName } from '../store/index.ts'
import { toFingerprint } from './fingerprint.ts'

/** Any read model's definition, as far as folding goes. */
export interface AnyReadModel {
  readonly name: string
  readonly events: readonly AnyEventDefinition[]
  /** Changes with anything that changes what rows come of the same events. */
  readonly fingerprint: string
  /** The row of a key that no event has touched. */
  readonly initial: unknown
  /** The events of today, of those that it is folded from, that a stored one gives. @throws `unreadable-event` */
  read(recorded: RecordedEvent): readonly RecordedEvent[]
  /** The keys of the rows that the event (in today's shape) touches. */
  keysOf(event: RecordedEvent): readonly string[]
  /** The row after the event (in today's shape); undefined when it is to be deleted. */
  apply(row: unknown, event: RecordedEvent): unknown
}

export interface ReadModel<Row, Definition extends AnyEventDefinition> extends AnyReadModel {
  readonly events: readonly Definition[]
  readonly initial: Row
  read(recorded: RecordedEvent): readonly RecordedOf<Definition>[]
  keysOf(event: RecordedOf<Definition>): readonly string[]
  apply(row: Row, event: RecordedOf<Definition>): Row | undefined
}

export type RowOf<Definition extends AnyReadModel> = Definition['initial']

export interface ReadModelOptions<Row, Definition extends AnyEventDefinition> {
  /** The events it is folded from; it sees no others. */
  readonly events: readonly Definition[]
  /** The keys of the rows that an event touches: one, several, or none (null or undefined). At most 512 characters each. */
  readonly key: (event: RecordedOf<Definition>) => string | readonly string[] | null | undefined
  /** The row before its first event, which is frozen. Rows are JSON. */
  readonly initial: Row & JsonOnly<Row>
  /**
   * Says when rows must be made anew: they are when it changes, and only then. When absent, any change of the functions'
   * source, the initial row or the events' upcasters asks for a rebuild.
   */
  readonly version?: number | string
}

/** One pure function for each event: the row after it, from the row before it; undefined deletes the row. */
export type EvolveRow<Row, Definition extends AnyEventDefinition> = {
  readonly [Each in Definition as RecordedOf<Each>['type']]: (
    row: Frozen<Row>,
    data: RecordedOf<Each>['data'],
    event: RecordedOf<Each>,
  ) => Row | undefined
}

/** An index entry in PostgreSQL holds a key beside a log's name, at up to three bytes a character. */
export const MAX_KEY_LENGTH = 512

/**
 * Defines a read model; `.evolve({ … })` completes it. The same definition runs in memory, PostgreSQL, Redis or Elasticsearch.
 *
 * @param name Names its checkpoint and its table: at most 255 characters, in PostgreSQL at most 56 bytes.
 * @throws `invalid-argument` for a bad name, or two events of one type
 * @example
 * const balances = readModel('account-balances', {
 *   events: [FundsDeposited, FundsWithdrawn],
 *   key: (event) => event.stream.id,
 *   initial: { balance: 0 },
 * }).evolve({
 *   FundsDeposited: (row, { amount }) => ({ balance: row.balance + amount }),
 *   FundsWithdrawn: (row, { amount }) => ({ balance: row.balance - amount }),
 * })
 */
export function readModel<Row, const Definitions extends readonly AnyEventDefinition[]>(
  name: string,
  options: ReadModelOptions<Row, Definitions[number]> & { readonly events: Definitions },
): {
  evolve<Functions extends EvolveRow<Row, Definitions[number]>>(
    evolve: Functions & GivesKnown<Functions, Row, Definitions[number]['type']>,
  ): ReadModel<Row, Definitions[number]>
} {
  assertProjectionName(name)
  const read = toRead<Definitions[number]>(options.events)
  return { evolve: (evolve) => complete<Row, Definitions[number]>(name, options, { read, evolve }) }
}

interface Fold<Row, Definition extends AnyEventDefinition> {
  readonly read: (recorded: RecordedEvent) => readonly RecordedOf<Definition>[]
  readonly evolve: EvolveRow<Row, Definition>
}

function complete<Row, Definition extends AnyEventDefinition>(
  name: string,
  { events, key, initial, version }: ReadModelOptions<Row, Definition>,
  fold: Fold<Row, Definition>,
): ReadModel<Row, Definition> {
  // The compiler knows the entries one by one; here they are looked up by a type that only the event knows.
  const evolve = fold.evolve as unknown as EvolveByType<Row>
  const definition = `The read model ${name}`
  const missing = events.find(({ type, isRetired }) => !isRetired && typeof evolve[type] !== 'function')
  if (missing !== undefined) throw brokenDefinition(definition, `has no evolve entry for ${missing.type}`)
  return {
    name,
    events,
    fingerprint: toFingerprint({ events, key, initial, version, evolve }),
    initial: freezeDeep<Row>(initial),
    read: fold.read,
    keysOf(event) {
      const keys = key(event) ?? []
      assertSynchronous(keys, definition, 'finds keys')
      if (typeof keys === 'string') return [keys]
      if (!Array.isArray(keys)) throw brokenDefinition(definition, `gives keys of type ${typeof keys}, not texts`)
      return [...new Set(keys)]
    },
    apply(row, event) {
      const next = evolve[event.type]?.(row, event.data, event)
      assertSynchronous(next, definition, `evolves ${event.type}`)
      return next
    },
  }
}

type EvolveByType<Row> = Readonly<Record<string, (row: Row, data: unknown, event: RecordedEvent) => Row | undefined>>
