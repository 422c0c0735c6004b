/**
 * How the rows of a generation lie in its table: as one JSON document, or in columns that were declared. What differs
 * between the two are these parts of statements.
 */
export interface Layout {
  /** Kept with each generation, and what it is made from again: `''` for documents. */
  readonly text: string
  /** The columns between `key` and `position`. */
  readonly columns: readonly LayoutColumn[]
  /** The bodies of `create index on TABLE`. */
  readonly indexes: readonly string[]
  /** The row as jsonb, of the table `kept`. */
  readonly document: string
  /** What keeps the columns from holding a row; undefined when nothing. */
  findProblem(row: unknown): string | undefined
  /** The row's values under the names of the columns. */
  toCells(row: unknown): Readonly<Record<string, unknown>>
}

export interface LayoutColumn {
  /** Quoted. */
  readonly name: string
  readonly type: string
  /** Such as `"balance" bigint not null`. */
  readonly definition: string
}

export const documentLayout: Layout = {
  text: '',
  columns: [{ name: '"document"', type: 'jsonb', definition: '"document" jsonb not null' }],
  indexes: [],
  document: 'kept."document"',
  findProblem: () => undefined,
  toCells: (document) => ({ document }),
}
