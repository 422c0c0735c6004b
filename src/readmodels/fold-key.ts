/** The careful fold: of one key, event by event, to find out which one cannot be applied. */
import { dropUndefined, type RecordedEvent } from '../events/index.ts'
import type { Generation, RowChange, StoredRow } from '../store/index.ts'
import { assertRow } from './fold.ts'
import type { AnyReadModel } from './read-model.ts'

export interface FoldedKey {
  /** What the events before the one that failed, or all, make of the row; undefined when there were none. */
  readonly change: RowChange | undefined
  /** How many events were applied, or had been before. */
  readonly applied: number
  /** Why the next one could not be. */
  readonly failure?: unknown
}

export interface KeyFold {
  readonly before: StoredRow | undefined
  /** Of the key, in today's shape and in order. */
  readonly events: readonly RecordedEvent[]
  /** By position, why those of them could not be read that are as they were stored. */
  readonly unreadable: ReadonlyMap<number, unknown>
  /** Where the row is to be kept. */
  readonly place: Pick<Generation, 'findProblem'>
}

export function foldKey(
  readModel: AnyReadModel,
  key: string,
  { before, events, unreadable, place }: KeyFold,
): FoldedKey {
  let change: RowChange | undefined
  let applied = 0
  try {
    while (applied < events.length) {
      const parts = partsAt(events, applied)
      const { position } = parts[0] as RecordedEvent
      if (before === undefined || before.position < position) {
        if (unreadable.has(position)) return { change, applied, failure: unreadable.get(position) }
        change = { row: foldParts(readModel, key, { row: (change ?? before)?.row, parts, place }), position }
      }
      applied += parts.length
    }
    return { change, applied }
  } catch (failure) {
    return { change, applied, failure }
  }
}

/** What one stored event gives shares its position, and is applied as one, or not at all. */
function partsAt(events: readonly RecordedEvent[], start: number): readonly RecordedEvent[] {
  let end = start + 1
  while (events[end]?.position === events[start]?.position && end < events.length) end++
  return events.slice(start, end)
}

function foldParts(
  readModel: AnyReadModel,
  key: string,
  { row, parts, place }: { readonly row: unknown; readonly parts: readonly RecordedEvent[] } & Pick<KeyFold, 'place'>,
): unknown {
  // A copy: an evolve that changes the row in place, and then fails, must not leave a half of it.
  let next = row === undefined ? readModel.initial : structuredClone(row)
  for (const event of parts) next = dropUndefined(readModel.apply(next === undefined ? readModel.initial : next, event))
  assertRow(readModel, key, next, place)
  return next
}
