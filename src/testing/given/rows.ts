import { brokenDefinition, freezeDeep, type RecordedEvent, storedTypes } from '../../events/index.ts'
import { type AnyReadModel, assertRows, foldRows, toKeyed } from '../../readmodels/index.ts'
import { findDifferences } from './differences.ts'

type Rows = ReadonlyMap<string, unknown>

/**
 * The rows that a read model has after the events, by the code that projections fold with. As nobody knows how a tail
 * cuts the log into batches, one batch and many must give the same.
 *
 * @throws `projection-failed`; `broken-definition` for a fold that goes by the batch
 */
export function rowsOf(readModel: AnyReadModel, events: readonly RecordedEvent[]): Rows {
  const types = new Set(storedTypes(readModel.events))
  const own = events.filter(({ type }) => types.has(type))
  const atOnce = applyBatch(readModel, new Map(), own)
  const oneByOne = own.reduce<Rows>((rows, event) => applyBatch(readModel, rows, [event]), new Map())
  const [difference] = findDifferences('rows', Object.fromEntries(oneByOne), Object.fromEntries(atOnce))
  if (difference === undefined) return atOnce
  const problem = `gives other rows when its events come one by one: ${difference}. It must be a pure function`
  throw brokenDefinition(`The read model ${readModel.name}`, problem)
}

function applyBatch(readModel: AnyReadModel, before: Rows, events: readonly RecordedEvent[]): Rows {
  const rows = new Map(before)
  const stored = new Map([...before].map(([key, row]) => [key, { row, position: 0 }]))
  const changes = foldRows(readModel, stored, toKeyed(readModel, events))
  assertRows(readModel, changes)
  for (const [key, { row }] of changes) {
    // A copy, as a target gives; frozen, so that a fold that changes it in place fails.
    if (row === undefined) rows.delete(key)
    else rows.set(key, freezeDeep(structuredClone(row)))
  }
  return rows
}
