/**
 * A row as a document. Its fields are the document's, so that users search them by their own names; beside them stands
 * our one field, `_daybook`, with the key and the position. A row that is no object, or has a field of that name, is kept
 * whole inside of it, and is not searched. A deleted row leaves a document with its position, which no reader is shown.
 */
import type { RowChange, StoredRow } from '../../store/index.ts'

export interface Source {
  /** Missing where somebody else has written the document. */
  readonly _daybook?: OwnField
  readonly [field: string]: unknown
}

interface OwnField {
  readonly key: string
  readonly position: number
  readonly deleted?: true
  readonly row?: unknown
}

export const OWN_FIELD = '_daybook'

/** The mapping of our field, with no more of an index than is used: rows are sorted by key, and found by their id. */
export const OWN_MAPPING = {
  dynamic: false,
  properties: {
    key: { type: 'keyword', index: false },
    position: { type: 'long', index: false, doc_values: false },
    deleted: { type: 'boolean' },
    row: { type: 'object', enabled: false },
  },
} as const

/** What every reader filters by. */
export const NOT_DELETED = {
  bool: {
    filter: [{ exists: { field: `${OWN_FIELD}.key` } }],
    must_not: [{ term: { [`${OWN_FIELD}.deleted`]: true } }],
  },
} as const

/** JSON, made by hand: the row is by far the larger part, and is encoded once. */
export function toDocument(key: string, { row, position }: RowChange): string {
  if (row === undefined) return `{"${OWN_FIELD}":${JSON.stringify({ key, position, deleted: true })}}`
  if (!hasFields(row)) return `{"${OWN_FIELD}":${JSON.stringify({ key, position, row })}}`
  const fields = JSON.stringify(row)
  const own = `{"${OWN_FIELD}":${JSON.stringify({ key, position })}`
  return fields === '{}' ? `${own}}` : `${own},${fields.slice(1)}`
}

function hasFields(row: unknown): boolean {
  return typeof row === 'object' && row !== null && !Array.isArray(row) && !Object.hasOwn(row, OWN_FIELD)
}

export function toStoredRow({ _daybook: own, ...fields }: Source): StoredRow {
  if (own === undefined) return { row: fields, position: 0 }
  const row = 'row' in own ? own.row : fields
  return { row: own.deleted === true ? undefined : row, position: own.position }
}
