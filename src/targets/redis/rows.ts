/** A row as text: its position, a space, and its JSON. Of a deleted row the position stays. */
import type { StoredRow } from '../../store/index.ts'

export function toStoredRow(text: string): StoredRow {
  const end = text.indexOf(' ')
  if (end < 0) return { row: undefined, position: Number(text) }
  return { row: JSON.parse(text.slice(end + 1)), position: Number(text.slice(0, end)) }
}
