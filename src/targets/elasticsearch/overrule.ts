/**
 * What a version conflict means. Almost always that the row is written already. But a document that somebody else has
 * written or deleted has got another version than its position, which can stand in the way of ours: such a document is
 * deleted, and its version forgotten, so that the row can be written as if it had never been there.
 */
import type { BulkTarget, Item } from './bulk-target.ts'
import type { Source } from './documents.ts'

interface Stored {
  readonly found?: boolean
  readonly _seq_no?: number
  readonly _primary_term?: number
  readonly _source?: Source
}

/** Those that have to be sent again. */
export async function overrule(target: BulkTarget, conflicting: readonly Item[]): Promise<readonly Item[]> {
  if (conflicting.length === 0) return []
  const { wire, index, isRepair } = target
  const name = encodeURIComponent(index)
  const path = `/${name}/_mget?_source_includes=_daybook.position`
  const { body } = await wire.call({ method: 'POST', path, body: { ids: conflicting.map(({ id }) => id) } })
  const docs: readonly Stored[] = body.docs
  const foreign = conflicting.flatMap((item, place) => {
    const stored = docs[place] ?? {}
    const position = stored._source?._daybook?.position ?? 0
    const isWritten = isRepair ? position > item.position : position >= item.position
    return isWritten ? [] : [{ item, stored }]
  })
  if (foreign.length === 0) return []
  // Where another instance was faster, the deletion is refused, and the row looked at again.
  const lines = foreign.filter(({ stored }) => stored.found).map(toDeletion)
  if (lines.length > 0) await wire.call({ method: 'POST', path: `/${name}/_bulk`, lines: lines.join('') })
  // A deleted document's version is forgotten with the next refresh.
  await wire.call({ method: 'POST', path: `/${name}/_refresh` })
  return foreign.map(({ item }) => item)
}

function toDeletion({ item, stored }: { item: Item; stored: Stored }): string {
  const condition = { if_seq_no: stored._seq_no, if_primary_term: stored._primary_term }
  return `${JSON.stringify({ delete: { _id: item.id, ...condition } })}\n`
}
