/** The tables and the limits of docs/postgres.md are those of the source. */
import { describe, expect, test } from 'vitest'
import { filesBelow, read, sections, tableRows } from './documents.ts'

const parts = sections('docs/postgres.md', 2)

describe('the tables in docs/postgres.md', () => {
  test('are those that the migrations make', () => {
    const migrations = filesBelow('src/stores/postgres/sql/migrations', '.sql').sort().map(read).join('\n')
    const made = [...migrations.matchAll(/^create (?:table|view) daybook\.(\w+)/gm)].map(([, table]) => table)
    expect(firstCells('Tables')).toEqual(made)
  })

  test('lists the roles that roles.sql makes', () => {
    const made = [...read('docs/roles.sql').matchAll(/^create role (\w+);/gm)].map(([, role]) => role)
    expect(firstCells('Least privilege')).toEqual(made)
  })

  function firstCells(title: string): (string | undefined)[] {
    return tableRows(parts.get(title) ?? '').map(([first]) => first?.replaceAll('`', ''))
  }
})

/** Each limit of the document, and the constant that sets it. */
const LIMITS: Readonly<Record<string, string>> = {
  "an event's data, JSON": 'MAX_DATA_BYTES',
  "an event's metadata, JSON": 'MAX_METADATA_BYTES',
  'nesting of data or metadata, levels': 'MAX_NESTING',
  'values in data or metadata': 'MAX_VALUES',
  "an event's type": 'MAX_TYPE_LENGTH',
  "an event's tags": 'MAX_TAGS',
  'a tag': 'MAX_TAG_LENGTH',
  'a schema version': 'MAX_SCHEMA_VERSION',
  "a stream's name": 'MAX_STREAM_NAME_LENGTH',
  "a stream's version": 'MAX_VERSION',
  "a log's name": 'MAX_LOG_NAME_LENGTH',
  'a command id': 'MAX_COMMAND_ID_LENGTH',
  "a definition's, projection's or read model's name": 'MAX_DEFINITION_NAME_LENGTH',
  "a lease's name": 'MAX_LEASE_NAME_LENGTH',
  "a read model's name, in PostgreSQL, bytes": 'MAX_TABLE_NAME_BYTES',
  'the same, where its columns are declared, bytes': 'MAX_DECLARED_TABLE_NAME_BYTES',
  "a declared column's name, or its field's, bytes": 'MAX_IDENTIFIER_BYTES',
  'declared columns of a read model': 'MAX_COLUMNS',
  'declared indexes of a read model': 'MAX_INDEXES',
  'a key of a read model': 'MAX_KEY_LENGTH',
  'events in one append': 'MAX_EVENTS_PER_APPEND',
  "an append's data and metadata together, JSON": 'MAX_BYTES_PER_APPEND',
  'streams written or conditioned by one append': 'MAX_STREAMS_PER_APPEND',
  "alternatives of a boundary, and its types or tags; a filter's types or tags": 'MAX_BOUNDARY_TERMS',
  partitions: 'MAX_PARTITIONS',
  'a correlation id that can be asked for': 'MAX_CORRELATION_ID_LENGTH',
  'commands pruned by one call': 'MAX_PRUNED_AT_ONCE',
}

/** Rooms whose limits are about what a caller may pass. What a file keeps for itself is no limit of the caller's. */
const ROOMS = ['src/events', 'src/store', 'src/readmodels', 'src/targets/postgres']
const GROUPS = ['MAX_GROUP_APPENDS', 'MAX_GROUP_EVENTS', 'MAX_GROUP_SIZE']
const INTERNAL = ['MAX_DIGEST_LENGTH', 'MAX_TERM_LENGTH', 'MAX_COUNTER', 'MAX_PRECISION', ...GROUPS]

const constants = new Map(
  ROOMS.flatMap((room) => filesBelow(room, '.ts'))
    .flatMap((file) => [...read(file).matchAll(/^(?:export )?const (MAX_\w+) = ([\d_]+)$/gm)])
    .map(([, name = '', value = '']) => [name, Number(value.replaceAll('_', ''))]),
)

describe('the numbers in docs/postgres.md', () => {
  test.each([
    ['src/stores/postgres/index.ts', 'DEFAULT_MAX_CONNECTIONS', /\(`maxConnections`, (\d+) when absent\)/],
    ['src/stores/postgres/append-connections.ts', 'MAX_CONNECTIONS', /written at the moment, (\d+) at the most/],
  ])('%s › %s', (file, name, place) => {
    const set = read(file).match(new RegExp(`const ${name} = (\\d+)`))?.[1]
    expect(read('docs/postgres.md').match(place)?.[1]).toBe(set)
  })
})

describe('the limits in docs/postgres.md', () => {
  const rows = tableRows(parts.get('Limits') ?? '').map(([limit = '', is = '']) => [limit, is] as const)

  test.each(rows)('%s › is %s', (limit, is) => {
    const name = LIMITS[limit] ?? 'no constant'
    expect({ name, value: Number(is.replaceAll(',', '')) }).toEqual({ name, value: constants.get(name) })
  })

  test('are all that there are', () => {
    const documented = rows.map(([limit]) => LIMITS[limit])
    const limits = [...constants.keys()].filter((name) => name.startsWith('MAX_') && !INTERNAL.includes(name))
    expect(documented.sort()).toEqual(limits.sort())
  })
})
