/**
 * Writes rows by `_bulk`. Each carries its position as an external version, so that the server itself refuses to
 * replace a document by one of the same or an earlier position. An answer is looked at item by item: what was refused so
 * is written already, or else somebody else's hand is in it; what the server had no room for is sent again; a row that
 * its mapping refuses is named.
 */
import { DaybookError } from '../../errors/index.ts'
import { type RowChange, retrying } from '../../store/index.ts'
import type { BulkTarget, Item } from './bulk-target.ts'
import { toDocument } from './documents.ts'
import { toDocumentId } from './names.ts'
import { overrule } from './overrule.ts'
import { describeFailure, LOSSES, refused, Unavailable } from './wire.ts'

/** `closed`: the alias is gone, and what was asked is not written, or not all of it. */
type Outcome = 'written' | 'closed'

interface ItemResult {
  readonly status: number
  readonly error?: { readonly type?: string; readonly reason?: string }
}

interface Judged {
  readonly item: Item
  readonly result: ItemResult
}

const ANSWER = 'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason'
const CREATED_OR_REPLACED = [200, 201]
const BAD_REQUEST = 400
const NOT_FOUND = 404
const VERSION_CONFLICT = 409
const BUSY = [429, 503]
const NEVER = new AbortController().signal

/** Of one request: so that there are several, and the server is at work on one while the next is made. */
const ROWS_PER_REQUEST = 500
/** Requests that are under way at once. */
const REQUESTS_AT_ONCE = 3

/** @throws `row-refused` for a row that the mapping refuses, when all others are written; `connection-lost` */
export async function writeRows(target: BulkTarget, changes: ReadonlyMap<string, RowChange>): Promise<Outcome> {
  const requests = toRequests(target, changes)
  // All come to their end, so that none is at work any more when the checkpoint moves or the batch begins anew.
  const writers = Array.from({ length: REQUESTS_AT_ONCE }, () => writeNext(target, requests))
  const outcomes = await Promise.allSettled(writers)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  const ends = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'closed'))
  if (ends.includes('closed')) return 'closed'
  const failure = ends.find((end) => end !== 'written')
  if (failure !== undefined) throw failure
  return 'written'
}

/** One request after the other, of those that are left; what the mapping refuses does not keep the others back. */
async function writeNext(target: BulkTarget, requests: Iterator<readonly Item[]>): Promise<Outcome | DaybookError> {
  let failure: DaybookError | undefined
  for (let next = requests.next(); !next.done; next = requests.next()) {
    const outcome = await writeItems(target, next.value)
    if (outcome === 'closed') return outcome
    if (outcome !== 'written') failure ??= outcome
  }
  return failure ?? 'written'
}

function* toRequests(target: BulkTarget, changes: ReadonlyMap<string, RowChange>): Generator<Item[]> {
  let items: Item[] = []
  let bytes = 0
  for (const [key, change] of changes) {
    const item = toItem(target, key, change)
    const size = Buffer.byteLength(item.lines)
    if (items.length === ROWS_PER_REQUEST || (items.length > 0 && bytes + size > target.maxBytes)) {
      yield items
      items = []
      bytes = 0
    }
    items.push(item)
    bytes += size
  }
  if (items.length > 0) yield items
}

function toItem({ isRepair }: BulkTarget, key: string, change: RowChange): Item {
  const id = toDocumentId(key)
  const fence = `"version":${change.position},"version_type":"${isRepair ? 'external_gte' : 'external'}"`
  const action = `{"index":{"_id":${JSON.stringify(id)},${fence}}}`
  return { id, key, position: change.position, lines: `${action}\n${toDocument(key, change)}\n` }
}

/** Again and again what is not written. */
async function writeItems(target: BulkTarget, items: readonly Item[]): Promise<Outcome | DaybookError> {
  let left = items
  let failure: DaybookError | undefined
  const attempt = async (): Promise<Outcome> => {
    const judged = await send(target, left)
    if (judged.some(({ result }) => result.status === NOT_FOUND)) return 'closed'
    failure ??= findRefusal(target.readModel, judged)
    const busy = withStatus(judged, BUSY)
    left = [...busy, ...(await overrule(target, withStatus(judged, [VERSION_CONFLICT])))]
    if (left.length > 0) throw new Unavailable(`${left.length} of ${items.length} rows were not written`)
    return 'written'
  }
  const outcome = await retrying(LOSSES, attempt, NEVER)
  return outcome === 'written' ? (failure ?? outcome) : outcome
}

async function send(target: BulkTarget, items: readonly Item[]): Promise<readonly Judged[]> {
  const refresh = target.waitForRefresh ? '&refresh=wait_for' : ''
  const { body } = await target.wire.call({
    method: 'POST',
    path: `/${encodeURIComponent(target.alias)}/_bulk?require_alias=true&filter_path=${ANSWER}${refresh}`,
    lines: items.map(({ lines }) => lines).join(''),
  })
  const results: readonly { index: ItemResult }[] = body.items ?? []
  // An answer that lacks an item says nothing about it.
  return items.map((item, place) => ({ item, result: results[place]?.index ?? { status: 503 } }))
}

function withStatus(judged: readonly Judged[], statuses: readonly number[]): Item[] {
  return judged.filter(({ result }) => statuses.includes(result.status)).map(({ item }) => item)
}

function findRefusal(readModel: string, judged: readonly Judged[]): DaybookError | undefined {
  const known = [...CREATED_OR_REPLACED, VERSION_CONFLICT, ...BUSY]
  const found = judged.find(({ result }) => !known.includes(result.status))
  if (found === undefined) return undefined
  const { item, result } = found
  // Of a document: anything else, such as missing rights, is the whole request's.
  if (result.status !== BAD_REQUEST) return refused('_bulk', result.status, JSON.stringify(result))
  return rowRefused(readModel, item, describeFailure(result.error ?? {}))
}

function rowRefused(readModel: string, { key, position }: Item, reason: string): DaybookError {
  const message =
    `Elasticsearch refused the row ${JSON.stringify(key)} of ${readModel} as of position ${position}: ${reason}. ` +
    'Its index maps a field otherwise: correct the mapping or the read model, and rebuild it.'
  return new DaybookError('row-refused', message, { readModel, key }, { cause: new Error(reason) })
}
