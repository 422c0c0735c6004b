/** Reading rows of one index: by id, which sees every write at once, or by search, after a refresh. */
import type { EntriesOptions, RowEntry, StoredRow } from '../../store/index.ts'
import { NOT_DELETED, OWN_FIELD, type Source, toStoredRow } from './documents.ts'
import { toDocumentId } from './names.ts'
import { Unavailable, type Wire } from './wire.ts'

/** Rows read at once while walking an index. */
const PAGE_SIZE = 1_000
/** Rows asked for by key in one request; a batch has some of them at once. */
const LOAD_SIZE = 500
const NOT_FOUND = 404
const INDEX_MISSING = 'index_not_found_exception'

interface Found {
  readonly found?: boolean
  readonly _source?: Source
  readonly error?: { readonly type?: string }
}

interface FoundRow {
  readonly _id: string
  readonly _source: Source
}

/** Those that are there; none where the index is gone. */
export async function loadRows(
  wire: Wire,
  index: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredRow>> {
  const pages: Promise<(readonly [string, StoredRow])[]>[] = []
  for (let start = 0; start < keys.length; start += LOAD_SIZE) {
    pages.push(loadPage(wire, index, keys.slice(start, start + LOAD_SIZE)))
  }
  return new Map((await Promise.all(pages)).flat())
}

async function loadPage(wire: Wire, index: string, keys: readonly string[]): Promise<(readonly [string, StoredRow])[]> {
  const docs = await findDocuments(wire, index, keys)
  return keys.flatMap((key, place) => {
    const source = docs[place]?._source
    return source === undefined ? [] : [[key, toStoredRow(source)] as const]
  })
}

async function findDocuments(wire: Wire, index: string, keys: readonly string[]): Promise<readonly Found[]> {
  const path = `/${encodeURIComponent(index)}/_mget?filter_path=docs.found,docs._source,docs.error.type`
  const body = { ids: keys.map(toDocumentId) }
  const answer = await wire.call({ method: 'POST', path, body, accept: [NOT_FOUND] })
  const docs: readonly Found[] = answer.body.docs ?? []
  const failure = docs.find(({ error }) => error !== undefined && error.type !== INDEX_MISSING)
  // A row that cannot be had now must not be taken for one that is not there.
  if (failure !== undefined) throw new Unavailable(`_mget: ${failure.error?.type}`)
  return docs
}

export async function* readEntries(
  wire: Wire,
  index: string,
  { signal, after, limit = Number.POSITIVE_INFINITY }: EntriesOptions,
): AsyncGenerator<RowEntry> {
  signal?.throwIfAborted()
  await refresh(wire, index)
  let left = limit
  let last = after
  while (left > 0) {
    signal?.throwIfAborted()
    const hits = await searchPage(wire, index, Math.min(left, PAGE_SIZE), last)
    for (const { _id, _source } of hits) {
      signal?.throwIfAborted()
      const { row, position } = toStoredRow(_source)
      last = _source._daybook?.key ?? _id
      yield [last, row, position]
    }
    left -= hits.length
    if (hits.length < PAGE_SIZE) return
  }
}

async function searchPage(
  wire: Wire,
  index: string,
  size: number,
  after: string | undefined,
): Promise<readonly FoundRow[]> {
  const body = {
    size,
    query: NOT_DELETED,
    // Terms of a keyword are sorted by their bytes.
    sort: [{ [`${OWN_FIELD}.key`]: 'asc' }],
    track_total_hits: false,
    ...(after === undefined ? {} : { search_after: [after] }),
  }
  const path = `/${encodeURIComponent(index)}/_search?filter_path=hits.hits._id,hits.hits._source`
  const answer = await wire.call({ method: 'POST', path, body, accept: [NOT_FOUND] })
  return answer.body.hits?.hits ?? []
}

/** 0 where the index is gone. */
export async function countRows(
  wire: Wire,
  index: string,
  which: 'as readers see them' | 'with deleted ones',
): Promise<number> {
  await refresh(wire, index)
  const query = which === 'with deleted ones' ? {} : { query: NOT_DELETED }
  const path = `/${encodeURIComponent(index)}/_count`
  const { body } = await wire.call({ method: 'POST', path, body: query, accept: [NOT_FOUND] })
  return body.count ?? 0
}

async function refresh(wire: Wire, index: string): Promise<void> {
  await wire.call({ method: 'POST', path: `/${encodeURIComponent(index)}/_refresh`, accept: [NOT_FOUND] })
}
