/**
 * The SQL of this adapter lies in ./sql, one statement a file; this reads a file when it is first needed. Rows come
 * back as arrays of texts, in the order of the statement's columns: that is much the fastest way through the driver.
 */
import { readFileSync } from 'node:fs'

export interface Statement {
  /** Under which a session may keep its plan. */
  readonly name: string
  readonly text: string
}

/** A row: each column as PostgreSQL prints it, or null. */
export type Row = readonly (string | null)[]

/** What notify.sql speaks on. */
export const CHANNEL = 'daybook'

export type ReadFile =
  | 'read-stream'
  | 'read-log'
  | 'read-category'
  | 'read-types'
  | 'read-tags'
  | 'read-correlated'
  | 'read-ids'

const statements = new Map<string, Statement>()

export function statement(file: string): Statement {
  return remember(file, () => ({ name: `daybook ${file}`, text: readSql(file) }))
}

/** One of the read-….sql files, in one direction, as a page of events. */
export function pageStatement(file: ReadFile, direction: 'forwards' | 'backwards'): Statement {
  return remember(`${file} ${direction}`, () => {
    const order = direction === 'forwards' ? 'asc' : 'desc'
    const key = file === 'read-stream' ? 'version' : 'position'
    const text = readSql('page')
      .replaceAll('{key}', key)
      .replace('{events}', () => readSql(file))
      .replaceAll('{backwards}', String(direction === 'backwards'))
      .replaceAll('{direction}', order)
    return { name: `daybook ${file} ${direction}`, text }
  })
}

function remember(key: string, make: () => Statement): Statement {
  const known = statements.get(key)
  if (known !== undefined) return known
  const made = make()
  statements.set(key, made)
  return made
}

/** Without the comments: they are for readers of the file, not for the server's parser. */
function readSql(file: string): string {
  const text = readFileSync(new URL(`./sql/${file}.sql`, import.meta.url), 'utf8')
  return text.replace(/^--.*\n/gm, '').trim()
}
