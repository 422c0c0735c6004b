import { type Source, toStoredRow } from './documents.ts'
import type { Hit, SearchResult } from './options.ts'
import type { Wire } from './wire.ts'

interface FoundHit {
  readonly _id: string
  readonly _source: Source
  readonly _score: number | null
}

export async function searchRows<Row>(
  wire: Wire,
  alias: string,
  body: object,
  signal: AbortSignal | undefined,
): Promise<SearchResult<Row>> {
  const path = `/${encodeURIComponent(alias)}/_search`
  const { body: answer } = await wire.call({ method: 'POST', path, body, ...(signal === undefined ? {} : { signal }) })
  const hits: readonly FoundHit[] = answer.hits.hits
  return { total: answer.hits.total?.value ?? hits.length, hits: hits.map(toHit<Row>), answer }
}

function toHit<Row>({ _id, _source, _score }: FoundHit): Hit<Row> {
  const { row, position } = toStoredRow(_source)
  // The index keeps what this read model's own fold has made.
  return { key: _source._daybook?.key ?? _id, row: row as Row, position, score: _score }
}
