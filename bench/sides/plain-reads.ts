/** What one writes by hand to read daybook.events: the columns that Daybook's own reads ask for. */
import type { ClientBase, PoolClient } from 'pg'
import { to as copyTo } from 'pg-copy-streams'

const COLUMNS = 'position, stream, version, id, type, schema_version, data, metadata, tags, recorded_at'

export interface EventRow {
  readonly position: string
  readonly data: { readonly amount: number }
  readonly metadata: { readonly correlationId: string }
}

const SELECT_STREAM = {
  name: 'select-stream',
  text: `select ${COLUMNS} from daybook.events where log = 'main' and stream = $1 order by version`,
}

export async function selectStream(client: ClientBase, stream: string): Promise<EventRow[]> {
  const { rows } = await client.query<EventRow>({ ...SELECT_STREAM, values: [stream] })
  return rows
}

/** Rows as `pg` gives them by itself: objects, with times, arrays and JSON parsed. */
const SELECT_PAGE = {
  name: 'select-page',
  text: `select ${COLUMNS} from daybook.events where log = 'main' and position > $1 order by position limit $2`,
}

export async function selectPage(client: ClientBase, after: string, size: number): Promise<EventRow[]> {
  const { rows } = await client.query<EventRow>({ ...SELECT_PAGE, values: [after, size] })
  return rows
}

/** Rows as arrays of texts, parsed by hand: what a person writes who has measured. */
const AS_TEXT = { getTypeParser: () => (text: string) => text }
const SELECT_PAGE_AS_TEXT = {
  name: 'select-page-as-text',
  text: `select position, stream, version, id, type, schema_version, data, metadata, tags,
           date_part('epoch', recorded_at) * 1000
         from daybook.events where log = 'main' and position > $1 order by position limit $2`,
  rowMode: 'array',
  types: AS_TEXT,
} as const

type Texts = [string, string, string, string, string, string, string, string, string | null, string]

export async function selectPageAsText(client: ClientBase, after: string, size: number): Promise<EventRow[]> {
  const { rows } = await client.query<Texts>({ ...SELECT_PAGE_AS_TEXT, values: [after, size] })
  return rows.map(toEvent)
}

function toEvent(texts: Texts) {
  const [position, stream, version, id, type, schemaVersion, data, metadata, tags, recordedAtMs] = texts
  return {
    position,
    stream,
    version: Number(version),
    id,
    type,
    schemaVersion: Number(schemaVersion),
    data: JSON.parse(data),
    metadata: JSON.parse(metadata),
    tags: tags === null ? [] : tags.slice(1, -1).split(','),
    recordedAt: new Date(Number(recordedAtMs)),
  }
}

const COPY = `copy (select position, stream, version, id, type, schema_version, data, metadata, tags,
  date_part('epoch', recorded_at) * 1000 from daybook.events where log = 'main' order by position) to stdout`

/** One statement for the whole log, in COPY's text format. */
export async function* copyRows(client: PoolClient): AsyncGenerator<EventRow[]> {
  let rest = ''
  for await (const piece of client.query(copyTo(COPY)).setEncoding('utf8')) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    yield lines.map((line) => toEvent(line.split('\t').map(unescapeCopy) as Texts))
  }
}

function unescapeCopy(text: string): string {
  return text.includes('\\') ? text.replaceAll('\\\\', '\\') : text
}
