/** Folds each key by itself, so that an event that cannot be applied holds up its own key and no other. */
import type { RecordedEvent } from '../events/index.ts'
import { type AnyReadModel, foldKey, type KeyedEvent } from '../readmodels/index.ts'
import type { Generation, RowChange, StoredRow } from '../store/index.ts'

/** An event that could not be applied to a key. */
export interface Failure {
  readonly key: string
  readonly position: number
  readonly cause: unknown
}

export interface FoldedKeys {
  /** What the events before a key's failure, or all, make of its row. */
  readonly changes: Map<string, RowChange>
  /** By key, with how many of the events wait. */
  readonly failures: Map<string, Failure & { readonly waiting: number }>
}

export interface KeysFold {
  readonly events: readonly KeyedEvent[]
  /** As they were before these events. */
  readonly rows: ReadonlyMap<string, StoredRow>
  /** Where the rows are to be kept. */
  readonly place: Pick<Generation, 'findProblem'>
}

export function foldEachKey(readModel: AnyReadModel, { events, rows, place }: KeysFold): FoldedKeys {
  const unreadable = causesByPosition(events)
  const folded: FoldedKeys = { changes: new Map(), failures: new Map() }
  for (const [key, own] of byKey(events)) {
    const fold = { before: rows.get(key), events: own, unreadable, place }
    const { change, applied, failure: cause } = foldKey(readModel, key, fold)
    if (change !== undefined) folded.changes.set(key, change)
    const failed = own[applied]
    if (failed === undefined) continue
    folded.failures.set(key, { key, position: failed.position, cause, waiting: own.length - applied })
  }
  return folded
}

function causesByPosition(events: readonly KeyedEvent[]): ReadonlyMap<number, unknown> {
  return new Map(events.flatMap(({ event, unreadable }) => (unreadable ? [[event.position, unreadable.cause]] : [])))
}

function byKey(events: readonly KeyedEvent[]): ReadonlyMap<string, readonly RecordedEvent[]> {
  const all = new Map<string, RecordedEvent[]>()
  for (const { event, keys } of events) {
    for (const key of keys) {
      const own = all.get(key)
      if (own === undefined) all.set(key, [event])
      else own.push(event)
    }
  }
  return all
}
