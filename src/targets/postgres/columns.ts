/**
 * A read model's rows as columns with types of their own instead of one JSON document. A declaration becomes the SQL
 * parts that differ; names are set into them quoted, values only ever travel as parameters. A row comes back exactly as
 * it was folded, so each of its fields needs a column, and a value that a column would change does not fit.
 */
import { refuse } from '../../store/index.ts'
import { type ColumnType, toCodec } from './column-types.ts'
import { quoteIdentifier, quoteLiteral } from './identifiers.ts'
import { documentLayout, type Layout } from './layout.ts'

/** How the rows of a read model become columns, by the names of their fields. */
export interface TableDeclaration {
  readonly columns: Readonly<Record<string, ColumnType | ColumnDeclaration>>
  /** At most 30. They are made with the table: a change takes effect with the next rebuild. */
  readonly indexes?: readonly (string | readonly string[] | IndexDeclaration)[]
}

export interface ColumnDeclaration {
  readonly type: ColumnType
  /** Of the column; the field's when absent. `log`, `key`, `document` and `position` are taken. */
  readonly name?: string
  /** What NULL stands for, a field that is `null` or one that is `absent`; without it the column is NOT NULL. */
  readonly null?: 'null' | 'absent'
}

export interface IndexDeclaration {
  /** Names of fields; the log comes before them, as it does in every key, except where the method has no order. */
  readonly on: string | readonly string[]
  /** `btree` when absent. */
  readonly using?: 'btree' | 'gin' | 'brin' | 'hash'
}

interface Column extends Required<Omit<ColumnDeclaration, 'null'>> {
  readonly field: string
  readonly nullIs: 'null' | 'absent' | undefined
  readonly codec: NonNullable<ReturnType<typeof toCodec>>
}

const TAKEN: ReadonlySet<string> = new Set(['log', 'key', 'document', 'position'])
/** PostgreSQL's own limit is 1,600 for narrow columns, and less for wide ones. */
const MAX_COLUMNS = 500
/** Each is written with every row. */
const MAX_INDEXES = 30
const METHODS: ReadonlySet<string> = new Set(['btree', 'gin', 'brin', 'hash'])

/** @throws `invalid-argument` for a type that is not known, and for a column or an index that cannot be made */
export function toLayout(table: string, declaration: TableDeclaration): Layout {
  const columns = Object.entries(declaration.columns).map(([field, declared]) => toColumn(table, field, declared))
  assertTable(table, columns)
  const byField = new Map(columns.map((column) => [column.field, column]))
  return {
    text: JSON.stringify({ columns: Object.fromEntries(columns.map(toDeclared)) }),
    columns: columns.map((column) => ({
      name: quoteIdentifier(column.name),
      type: column.type,
      definition: toDefinition(column),
    })),
    indexes: toIndexes(table, columns, declaration.indexes ?? []),
    document: toDocument(columns),
    findProblem: (row) => findProblem(byField, row),
    toCells: (row) => Object.fromEntries(columns.map(({ name, field }) => [name, (row as Cells)[field]])),
  }
}

/** The layout of a generation that is there. */
export function readLayout(table: string, text: string): Layout {
  return text === '' ? documentLayout : toLayout(table, JSON.parse(text) as TableDeclaration)
}

type Cells = Readonly<Record<string, unknown>>

function assertTable(table: string, columns: readonly Column[]): void {
  if (columns.length === 0 || columns.length > MAX_COLUMNS) {
    refuse(`tables.${table}.columns`, `are ${columns.length}; give from 1 to ${MAX_COLUMNS}`)
  }
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined) refuse(`tables.${table}.columns`, `name the column ${twice} twice`)
}

/** With its defaults, so that two ways of saying the same are the same. */
function toDeclared({ field, type, name, nullIs }: Column): readonly [string, ColumnDeclaration] {
  return [field, { type, name, ...(nullIs && { null: nullIs }) }]
}

function toColumn(table: string, field: string, declared: ColumnType | ColumnDeclaration): Column {
  const { type, name = field, null: nullIs } = typeof declared === 'string' ? { type: declared } : declared
  const argument = `tables.${table}.columns.${field}`
  const codec = toCodec(type)
  if (codec === undefined) refuse(argument, `has the type ${String(type)}, which is not one that a column can have`)
  if (name === '' || name.includes('\u0000')) refuse(argument, 'has a name that PostgreSQL does not take')
  if (TAKEN.has(name)) refuse(argument, `is called ${name}, as a column that every table has; give it another name`)
  if (nullIs !== undefined && nullIs !== 'null' && nullIs !== 'absent') {
    refuse(argument, `says that NULL is ${String(nullIs)}; give 'null' or 'absent'`)
  }
  for (const each of [name, field]) quoteIdentifier(each, argument)
  return { field, type, name, nullIs, codec }
}

function toDefinition({ name, type, nullIs }: Column): string {
  return `${quoteIdentifier(name)} ${type}${nullIs === undefined ? ' not null' : ''}`
}

function toIndexes(
  table: string,
  columns: readonly Column[],
  declared: readonly (string | readonly string[] | IndexDeclaration)[],
): string[] {
  if (declared.length > MAX_INDEXES) refuse(`tables.${table}.indexes`, `are more than ${MAX_INDEXES}`)
  return declared.map((each) => {
    const { on, using = 'btree' } = typeof each === 'object' && 'on' in each ? each : { on: each }
    if (!METHODS.has(using)) refuse(`tables.${table}.indexes`, `use ${using}; give btree, gin, brin or hash`)
    const fields = typeof on === 'string' ? [on] : on
    const names = fields.map((field) => nameOf(table, columns, field))
    if (names.length === 0) refuse(`tables.${table}.indexes`, 'hold one without fields')
    const keys = using === 'btree' ? ['log', ...names] : names
    return `using ${using} (${keys.join(', ')})`
  })
}

function nameOf(table: string, columns: readonly Column[], field: string): string {
  const column = columns.find((each) => each.field === field)
  if (column === undefined) refuse(`tables.${table}.indexes`, `name the field ${field}, which has no column`)
  return quoteIdentifier(column.name)
}

/** A field that is absent is NULL in its column, and absent again in the document. */
function toDocument(columns: readonly Column[]): string {
  const cells = columns.map(({ name, field, codec }) => {
    const column = `kept.${quoteIdentifier(name)}`
    return `${codec.toRead?.(column) ?? column} as ${quoteIdentifier(field)}`
  })
  const whole = `(select to_jsonb(cells) from (select ${cells.join(', ')}) as cells)`
  const optional = columns.filter(({ nullIs }) => nullIs === 'absent')
  if (optional.length === 0) return whole
  const absent = optional.map(
    ({ name, field }) => `case when kept.${quoteIdentifier(name)} is null then ${quoteLiteral(field)} end`,
  )
  return `(${whole} - array_remove(array[${absent.join(', ')}]::text[], null))`
}

function findProblem(columns: ReadonlyMap<string, Column>, row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'the row is not an object with fields'
  const cells = row as Cells
  const stranger = Object.keys(cells).find((field) => !columns.has(field))
  if (stranger !== undefined) return `row.${stranger} has no column`
  for (const [field, { nullIs, type, codec }] of columns) {
    const problem = findCellProblem(cells[field], nullIs, codec)
    if (problem !== undefined) return `row.${field} ${problem}, as the column of the type ${type} needs it`
  }
  return undefined
}

function findCellProblem(value: unknown, nullIs: Column['nullIs'], codec: Column['codec']): string | undefined {
  if (value === undefined) return nullIs === 'absent' ? undefined : 'is absent'
  if (value === null && nullIs === 'null') return undefined
  return codec.findProblem(value)
}
