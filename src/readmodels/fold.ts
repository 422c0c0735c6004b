/**
 * Folds events into rows: first the keys that they touch, so that their rows are read once; then the events, in order;
 * and of each row only what it is in the end.
 */
import { DaybookError, toSentence } from '../errors/index.ts'
import {
  brokenDefinition,
  dropUndefined,
  findJsonProblem,
  findNameProblem,
  isWhole,
  quote,
  type RecordedEvent,
} from '../events/index.ts'
import type { Generation, RowChange, StoredRow } from '../store/index.ts'
import { type AnyReadModel, MAX_KEY_LENGTH } from './read-model.ts'

/** Events of a read model in today's shape, with the keys that each touches. */
export interface KeyedBatch {
  readonly events: readonly KeyedEvent[]
  /** Each once; without those that were known before. */
  readonly keys: readonly string[]
}

export interface KeyedEvent {
  readonly event: RecordedEvent
  readonly keys: readonly string[]
  /** Why the event could not be read: it is as it was stored, and must not be applied. */
  readonly unreadable?: { readonly cause: unknown }
}

const NONE: ReadonlySet<string> = new Set()

/**
 * @param known Keys that events before these have touched: whoever has their rows need not ask for them.
 * @throws `projection-failed` with the position of the first event that cannot be read or has a bad key
 */
export function toKeyed(
  readModel: AnyReadModel,
  batch: readonly RecordedEvent[],
  known: Pick<ReadonlyMap<string, unknown>, 'has'> = NONE,
): KeyedBatch {
  const events: KeyedEvent[] = []
  const seen = new Set<string>()
  let recorded = batch[0]
  try {
    for (recorded of batch) {
      for (const event of readModel.read(recorded)) {
        const keys = readModel.keysOf(event)
        for (const key of keys) {
          if (known.has(key) || seen.has(key)) continue
          assertKey(readModel, key)
          seen.add(key)
        }
        events.push({ event, keys })
      }
    }
  } catch (cause) {
    throw failedBefore(readModel, recorded?.position ?? 0, cause)
  }
  return { events, keys: [...seen] }
}

/**
 * What the events make of the rows that are there.
 * @param changes What earlier events have made of them: it is added to, and given back.
 * @throws `projection-failed` with the position of the first event that cannot be applied
 */
export function foldRows(
  readModel: AnyReadModel,
  rows: ReadonlyMap<string, StoredRow>,
  { events }: KeyedBatch,
  changes = new Map<string, RowChange>(),
): ReadonlyMap<string, RowChange> {
  let position = 0
  try {
    for (const { event, keys } of events) {
      position = event.position
      for (const key of keys) evolveRow(readModel, { key, event, rows }, changes)
    }
  } catch (cause) {
    throw failedBefore(readModel, position, cause)
  }
  return changes
}

/**
 * Rows that are to be kept must be what can be kept: JSON, and what their place can hold.
 * @throws `projection-failed` with the position of the event that made such a row
 */
export function assertRows(
  readModel: AnyReadModel,
  changes: ReadonlyMap<string, RowChange>,
  place: Pick<Generation, 'findProblem'> = {},
): void {
  let position = 0
  try {
    for (const [key, change] of changes) {
      position = change.position
      assertRow(readModel, key, change.row, place)
    }
  } catch (cause) {
    throw failedBefore(readModel, position, cause)
  }
}

interface Touched {
  readonly key: string
  readonly event: RecordedEvent
  readonly rows: ReadonlyMap<string, StoredRow>
}

function evolveRow(readModel: AnyReadModel, { key, event, rows }: Touched, changes: Map<string, RowChange>): void {
  const { position } = event
  const change: { row: unknown; position: number } | undefined = changes.get(key)
  const before = change ?? rows.get(key)
  // Applied already, where rows outlive the checkpoint that was to follow them. It is the stored row that tells:
  // several events of the batch may share a position, as parts of one that is split.
  if (change === undefined && before !== undefined && before.position >= position) return
  const from = before?.row === undefined ? readModel.initial : before.row
  const next = readModel.apply(from, event)
  // A copy also where it gives back what it was given, which may be frozen, or somebody else's.
  const row = next !== from && isWhole(next) ? next : dropUndefined(next)
  if (change === undefined) {
    changes.set(key, { row, position })
    return
  }
  change.row = row
  change.position = position
}

export function failedBefore({ name }: AnyReadModel, position: number, cause: unknown): DaybookError {
  const message =
    `The projection ${name} stopped before position ${position}: ${toSentence(cause)} ` +
    'Nothing after its checkpoint is applied. Correct the read model, and start it again.'
  return new DaybookError('projection-failed', message, { projection: name, position }, { cause })
}

export function assertKey(readModel: AnyReadModel, key: unknown): void {
  const problem = findNameProblem(key, MAX_KEY_LENGTH)
  if (problem !== undefined)
    throw brokenDefinition(`The read model ${readModel.name}`, `gives the key ${quote(key)}, which ${problem}`)
}

export function assertRow(
  readModel: AnyReadModel,
  key: string,
  row: unknown,
  place: Pick<Generation, 'findProblem'>,
): void {
  if (row === undefined) return
  const definition = `The read model ${readModel.name}`
  const found = findJsonProblem(row, 'row')
  if (found !== undefined) {
    throw brokenDefinition(
      definition,
      `gives the key ${quote(key)} a row that is not JSON: ${found.path} ${found.problem}`,
    )
  }
  const problem = place.findProblem?.(row)
  if (problem === undefined) return
  throw brokenDefinition(definition, `gives the key ${quote(key)} a row that its table cannot hold: ${problem}`)
}
